"""What the room lets roles do."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

# A municipality sees the requests about its customers; the state's office those that are open.
REQUESTS = declare("services.requests", Role.WORKER, Role.TEAM_LEAD, Role.STATE_OFFICER, shows="persons")
REQUEST = declare("services.request", Role.WORKER, Role.TEAM_LEAD, Role.STATE_OFFICER, shows="person")
ASK = declare("services.ask", Role.WORKER, Role.TEAM_LEAD, shows="person")
# Giving facts, acknowledging, withdrawing: by whoever is responsible for the person today, the state as well.
FOLLOW = declare("services.follow", Role.WORKER, Role.TEAM_LEAD, Role.STATE_OFFICER, shows="person")
HANDLE = declare("services.handle", Role.STATE_OFFICER, shows="person")
RESPONSE_TIMES = declare("services.response_times", Role.STATE_OFFICER)
