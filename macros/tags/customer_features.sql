{#-
  The features of a customer and their types, in the order of the mart: what tags can read. The mart casts to these, and
  its contract (models/marts/tags) must say the same; `kind` is how a tag compares: number, flag or text; `topic` the model
  int_features__<topic> that has it, but for profile, value and churn.
-#}
{% macro customer_features() %}
    {%- set topics = {
        'profile': {
            'string': ['customer_kind', 'gender', 'province_code', 'city_tier', 'country', 'industry_section',
                'income_band', 'job_level', 'decision_role'],
            'integer': ['age', 'employees'],
            'decimal(18,2)': ['annual_revenue'],
            'double': ['company_age_years'],
            'bigint': ['organisation_member_count', 'system_count', 'tenure_days'],
            'boolean': ['is_organisation_member', 'has_account_owner', 'has_phone', 'has_email', 'has_wechat',
                'is_loyalty_member'],
        },
        'value': {
            'string': ['customer_group', 'lifecycle_stage', 'value_tier', 'abc_class', 'rfm_class', 'action_group',
                'clv_class'],
            'boolean': ['has_purchased'],
            'integer': ['recency_score', 'frequency_score', 'monetary_score', 'rising_months'],
            'bigint': ['recency_days', 'order_count', 'order_count_12m'],
            'decimal(18,2)': ['net_amount', 'net_amount_12m', 'order_value_12m', 'lifetime_value'],
            'double': ['margin_share_12m', 'order_trend', 'amount_trend', 'p_alive', 'expected_orders_12m',
                'gift_share_24m', 'cycle_position'],
        },
        'churn': {
            'integer': ['alert_level'],
            'string': ['churn_stage', 'root_cause'],
            'boolean': ['is_lapsed', 'is_silent_churn'],
            'double': ['p_no_order_90d'],
            'decimal(18,2)': ['value_at_risk'],
        },
        'purchases': {
            'double': ['mean_gap_days', 'gap_variation', 'weekend_share', 'q1_share', 'q2_share', 'q3_share',
                'q4_share', 'festival_share_24m'],
            'bigint': ['days_to_second_purchase', 'main_festival_years'],
            'integer': ['active_quarters_12m', 'active_years_36m'],
            'string': ['main_festival'],
        },
        'orders': {
            'string': ['main_channel', 'main_purpose'],
            'boolean': ['has_changed_channel'],
            'bigint': ['sale_count_24m', 'returns_24m', 'channel_count_24m', 'store_count_24m', 'dealer_count_24m',
                'delivery_city_count_24m'],
            'double': ['online_share_24m', 'store_share_24m', 'dealer_share_24m', 'marketplace_share_24m',
                'gift_delivery_share_24m', 'campaign_share_24m', 'discounted_share_24m', 'evening_share_24m',
                'pickup_share_24m', 'pieces_per_order_24m', 'returned_amount_share_24m'],
            'decimal(18,2)': ['largest_order_24m'],
        },
        'baskets': {
            'string': ['main_aroma', 'recent_aroma', 'main_category', 'main_product_line', 'main_price_band'],
            'boolean': ['has_changed_aroma', 'has_changed_product_line'],
            'bigint': ['aroma_count', 'product_count_24m', 'category_count_24m'],
            'decimal(18,2)': ['mean_unit_price_24m', 'highest_unit_price_24m'],
            'double': ['main_aroma_share', 'main_category_share', 'main_product_line_share', 'low_strength_share_24m',
                'gift_box_share_24m', 'customised_share_24m', 'bundle_share_24m', 'new_product_share_24m'],
        },
        'interactions': {
            'bigint': ['interactions_90d', 'interactions_12m', 'behaviour_events_12m', 'days_since_behaviour',
                'logins_90d', 'product_views_90d', 'searches_90d', 'comparisons_90d', 'cart_adds_90d',
                'content_reads', 'content_reads_12m', 'downloads_12m', 'webinars_12m', 'trial_requests_12m',
                'coupon_views_12m', 'social_events_12m', 'social_comments_12m', 'social_shares_12m',
                'negative_comments_12m', 'sales_visits_12m', 'sales_calls_12m', 'store_visits_12m', 'tastings_24m',
                'banquets_24m', 'days_since_sales_visit'],
            'double': ['behaviour_trend', 'promotion_read_share', 'depth_read_share', 'education_read_share',
                'mean_sentiment_24m'],
            'string': ['main_digital_platform'],
            'boolean': ['is_follower', 'is_group_member'],
        },
        'service': {
            'bigint': ['tickets_12m', 'inquiries_12m', 'complaints_12m', 'repeated_complaints_24m',
                'after_sales_tickets_24m', 'logistics_complaints_24m', 'price_complaints_24m',
                'quality_complaints_24m', 'attitude_complaints_24m', 'open_tickets', 'low_ratings_12m',
                'survey_answers_24m', 'days_since_complaint'],
            'double': ['online_ticket_share_24m', 'mean_response_hours_24m', 'mean_resolution_days_24m',
                'mean_satisfaction_24m', 'mean_rating_24m', 'last_nps'],
        },
        'campaigns': {
            'bigint': ['sends_12m', 'conversions_24m', 'promotion_conversions_24m', 'depth_conversions_24m',
                'education_conversions_24m', 'days_since_open', 'coupons_used_24m'],
            'double': ['open_rate_24m', 'click_rate_24m', 'conversion_rate_24m', 'promotion_open_rate_24m',
                'depth_open_rate_24m', 'education_open_rate_24m', 'coupon_use_rate_24m'],
            'string': ['main_response_channel'],
        },
        'relations': {
            'string': ['loyalty_level'],
            'bigint': ['points_balance', 'points_earned_12m', 'points_redeemed_12m', 'points_expired_12m',
                'contract_days_left', 'contract_renewals'],
            'boolean': ['has_active_contract', 'has_sms_consent', 'has_phone_consent', 'has_email_consent',
                'has_wechat_consent', 'has_push_consent', 'has_personalisation_consent', 'has_membership_consent',
                'has_sharing_consent'],
            'decimal(18,2)': ['active_contract_amount'],
        },
    } -%}
    {%- set features = [] -%}
    {%- for topic, types in topics.items() -%}
        {%- for type, names in types.items() -%}
            {%- for name in names -%}
                {%- set kind = {'string': 'text', 'boolean': 'flag'}.get(type, 'number') -%}
                {%- do features.append({'name': name, 'type': type, 'kind': kind, 'topic': topic}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(features) }}
{% endmacro %}

{#- What is known as of the latest date only, by the mart that has it: a review of past quarters has none of it. -#}
{% macro latest_features() %}
    {{ return({
        'clv_class': 'lifetime', 'lifetime_value': 'lifetime', 'p_alive': 'lifetime',
        'expected_orders_12m': 'lifetime', 'rising_months': 'lifetime',
        'alert_level': 'churn', 'churn_stage': 'churn', 'root_cause': 'churn', 'is_lapsed': 'churn',
        'is_silent_churn': 'churn', 'p_no_order_90d': 'churn', 'value_at_risk': 'churn',
    }) }}
{% endmacro %}
