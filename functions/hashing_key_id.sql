getvariable('customer360_hmac_key_id')
