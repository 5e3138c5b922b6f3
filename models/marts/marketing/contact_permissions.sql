-- grain: one customer, one purpose and one channel on which they have said a word, as of the latest date

-- No row is a no: consent is never taken for granted. Purposes that need none (seed consent_purposes) are told of only
-- where somebody has refused.

with

consents as (

    select
        consents.*,
        as_of.as_of_on
    from {{ ref('int_marketing__consents') }} as consents
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on
            consents.valid_from_on <= as_of.as_of_on
            and consents.valid_to_on > as_of.as_of_on

),

final as (

    select
        cast(consents.customer_id as string) as customer_id,
        cast(consents.purpose as string) as consent_purpose,
        cast(purposes.label_zh as string) as consent_purpose_zh,
        cast(purposes.label_en as string) as consent_purpose_en,
        cast(consents.channel as string) as channel,
        cast(channels.label_zh as string) as channel_zh,
        cast(channels.label_en as string) as channel_en,
        cast(consents.is_granted as boolean) as is_permitted,
        cast(consents.status as string) as permission_status,
        cast(statuses.label_zh as string) as permission_status_zh,
        cast(statuses.label_en as string) as permission_status_en,
        cast(consents.valid_from_on as date) as changed_on,
        cast(consents.as_of_on as date) as as_of_on
    from consents
    inner join {{ ref('consent_purposes') }} as purposes
        on consents.purpose = purposes.purpose
    left join {{ ref('int_marketing__code_labels') }} as channels
        on
            channels.list_code = 'contact_channel'
            and consents.channel = channels.code
    left join {{ ref('int_marketing__code_labels') }} as statuses
        on
            statuses.list_code = 'permission_status'
            and consents.status = statuses.code

)

select * from final
