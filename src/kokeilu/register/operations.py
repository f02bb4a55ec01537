"""What people do with the register."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

IMPORT = declare("register.import", Role.STATE_OFFICER, Role.ADMINISTRATOR)
