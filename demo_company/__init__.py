"""The demo company: a liquor maker with known truth, written out as ten messy systems.

The order of work is truth first, noise afterwards:

world       who exists (persons, organisations, dealers, stores) and what they are like
behaviour   what they do month by month: visits, complaints, drop-out with a cause, orders
engagement  what they do beside buying: events, posts, tickets, surveys, campaign contacts
records     which system knows whom, how often, and how badly
systems/    each system's own tables, columns, codes and formats
faults      errors planted into those tables, with a manifest
writers     the files people would send

Customers are made in chunks of fixed size, each from its own random stream, so that memory is bounded
and the same seed gives the same bytes whatever the number of worker processes.
"""
