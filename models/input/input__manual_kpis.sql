-- grain: one month of one KPI that no system holds

{{ input_union('manual_kpis') }}
