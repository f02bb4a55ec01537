"""What may be done here. The figures hold no personal data: they passed disclosure control before they were
stored.
"""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

SEE = declare("monitoring.see", Role.ANALYST, Role.TEAM_LEAD, Role.STATE_OFFICER, Role.WORKER)
PUBLISH = declare("monitoring.publish", Role.ANALYST)
