"""What people do with the register."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare

IMPORT = declare("register.import", Role.STATE_OFFICER, Role.ADMINISTRATOR)
# Who is whom is stated by the state's officers alone, for everybody in the register, whoever is responsible.
IDENTITY = declare("register.identity", Role.STATE_OFFICER, shows="persons")
