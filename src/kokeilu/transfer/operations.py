"""What the room lets roles do."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

# A team lead sees the part of their own area.
RESULTS = declare("transfer.results", Role.STATE_OFFICER, Role.TEAM_LEAD)
PREVIEW = declare("transfer.preview", Role.STATE_OFFICER, shows="persons")
RUN = declare("transfer.run", Role.STATE_OFFICER)
UNDECIDED = declare("transfer.undecided", Role.STATE_OFFICER, shows="persons")
ORGANISATIONS = declare("transfer.organisations", Role.ADMINISTRATOR)
