"""What every room stands on: the project folder, data sets, sources, policy, durable writes, the warehouse, dbt."""
