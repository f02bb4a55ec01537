"""What the room lets roles do."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

START = declare("access.start", *Role)
CHOOSE_ROLE = declare("access.choose_role", *Role)
ADMINISTER = declare("access.administer", Role.ADMINISTRATOR)
