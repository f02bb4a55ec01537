"""What the room lets roles do."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

# A worker sees their own customers, a team lead everybody's workers and, one by one, their customers.
PORTFOLIO = declare("casework.portfolio", Role.WORKER, Role.TEAM_LEAD, shows="persons")
PORTFOLIO_OF = declare("casework.portfolio_of", Role.TEAM_LEAD, shows="persons")
CUSTOMER = declare("casework.customer", Role.WORKER, Role.TEAM_LEAD, Role.STATE_OFFICER, shows="person")
ASSIGN = declare("casework.assign", Role.TEAM_LEAD)
CHANGE_WORKER = declare("casework.change_worker", Role.TEAM_LEAD, shows="person")
EDIT_WORKER = declare("casework.edit_worker", Role.TEAM_LEAD)
