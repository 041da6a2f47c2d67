"""SQLAlchemy tables and named queries on them, one module per noun."""

from bot.persistence import case_tables as case_tables  # so that the schema is whole, whichever part of it somebody uses
from bot.persistence import demand_tables as demand_tables
from bot.persistence import enterprise_tables as enterprise_tables
from bot.persistence import task_tables as task_tables
