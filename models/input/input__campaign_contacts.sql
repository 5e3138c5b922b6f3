-- grain: one campaign and customer record

{{ input_union('campaign_contacts') }}
