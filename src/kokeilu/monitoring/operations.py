"""What may be done here. The figures hold no personal data: they passed disclosure control before they were
stored.
"""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare, declare_open

SEE = declare("monitoring.see", Role.ANALYST, Role.TEAM_LEAD, Role.STATE_OFFICER, Role.WORKER)
PUBLISH = declare("monitoring.publish", Role.ANALYST)
# From its time on a release is everybody's.
SEE_RELEASES = declare_open("monitoring.see_releases")
# A release is made by the analysts of one organisation, a second of them checks it; only they see it before its time.
SEE_UNPUBLISHED = declare("monitoring.see_unpublished", Role.ANALYST)
PREPARE_RELEASE = declare("monitoring.prepare_release", Role.ANALYST)
CHECK_RELEASE = declare("monitoring.check_release", Role.ANALYST)
SCHEDULE_RELEASE = declare("monitoring.schedule_release", Role.ANALYST)
WITHDRAW_RELEASE = declare("monitoring.withdraw_release", Role.ANALYST)
# An area's goals are set by the analysts of the area itself (goal_actions.may_set).
SET_GOALS = declare("monitoring.set_goals", Role.ANALYST)
