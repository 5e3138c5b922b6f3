-- grain: one month and type of content

with

contents as (

    select * from {{ ref('int_channels__contents') }}

),

labels as (

    select
        code as content_type,
        label_zh,
        label_en
    from {{ ref('source_codes') }}
    where list_code = 'content_type'

),

counted as (

    select
        month_start_on,
        content_type,
        count(case when kind = 'message' then 1 end) as sent_count,
        count(case when is_opened then 1 end) as opened_count,
        count(case when is_clicked then 1 end) as clicked_count,
        count(case when is_converted then 1 end) as converted_count,
        count(case when kind = 'read_content' then 1 end) as read_count,
        count(case when kind = 'download' then 1 end) as download_count,
        count(case when kind = 'webinar' then 1 end) as webinar_count,
        count(distinct case when kind <> 'message' and customer_id <> 'unknown' then customer_id end)
            as reader_count
    from contents
    group by month_start_on, content_type

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.content_type as string) as content_type,
        cast(coalesce(labels.label_zh, counted.content_type) as string) as content_type_zh,
        cast(coalesce(labels.label_en, counted.content_type) as string) as content_type_en,
        cast(counted.sent_count as bigint) as sent_count,
        cast(case when delivered.has_opens then counted.opened_count end as bigint) as opened_count,
        cast(case when delivered.has_clicks then counted.clicked_count end as bigint) as clicked_count,
        cast(counted.converted_count as bigint) as converted_count,
        cast(
            case when delivered.has_opens then counted.opened_count end
            / cast(nullif(counted.sent_count, 0) as double) as double
        ) as open_rate,
        cast(policy.reference_open_rate as double) as reference_open_rate,
        cast(
            case when delivered.has_clicks then counted.clicked_count end
            / cast(nullif(counted.opened_count, 0) as double) as double
        ) as click_rate,
        cast(counted.converted_count / cast(nullif(counted.sent_count, 0) as double) as double) as conversion_rate,
        cast(counted.read_count as bigint) as read_count,
        cast(counted.download_count as bigint) as download_count,
        cast(counted.webinar_count as bigint) as webinar_count,
        cast(counted.reader_count as bigint) as reader_count
    from counted
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    cross join {{ ref('channel_policy') }} as policy
    left join labels
        on counted.content_type = labels.content_type

)

select * from final
