"""What the room lets roles do."""

from kokeilu.access.models import Role
from kokeilu.access.policy import declare, declare_own

# A team lead sees the part of their own area.
RESULTS = declare("transfer.results", Role.STATE_OFFICER, Role.TEAM_LEAD)
PREVIEW = declare("transfer.preview", Role.STATE_OFFICER, shows="persons")
RUN = declare("transfer.run", Role.STATE_OFFICER)
UNDECIDED = declare("transfer.undecided", Role.STATE_OFFICER, shows="persons")
ORGANISATIONS = declare("transfer.organisations", Role.ADMINISTRATOR)
# Notices: each organisation delivers by hand to its own people; the letter is seen by who may see the person.
RETRY = declare("transfer.retry_notices", Role.STATE_OFFICER)
# A team lead for the letters of the own area, the state's officer for all.
POSTED = declare("transfer.post_letters", Role.STATE_OFFICER, Role.TEAM_LEAD)
BY_HAND_LIST = declare("transfer.by_hand_list", Role.STATE_OFFICER, Role.TEAM_LEAD, shows="persons")
BY_HAND = declare("transfer.by_hand", Role.STATE_OFFICER, Role.TEAM_LEAD, shows="person")
LETTER = declare("transfer.letter", Role.WORKER, Role.TEAM_LEAD, Role.STATE_OFFICER, shows="person")
OWN_LETTER = declare_own("transfer.own_letter")
CONTACT_CHOICE = declare("transfer.contact_choice", Role.WORKER, Role.TEAM_LEAD, shows="person")
LETTERHEAD = declare("transfer.letterhead", Role.ADMINISTRATOR)
UNDO = declare("transfer.undo", Role.STATE_OFFICER)
# Decisions about one person: who may decide on which ground is the trial definition's.
INDIVIDUAL = declare("transfer.individual", Role.STATE_OFFICER, Role.TEAM_LEAD, shows="person")
INDIVIDUALS = declare("transfer.individuals", Role.STATE_OFFICER, Role.TEAM_LEAD, shows="persons")
CONTRADICTORY = declare("transfer.contradictory", Role.STATE_OFFICER, shows="persons")
DIFFERENCES = declare("transfer.differences", Role.STATE_OFFICER, shows="persons")
CORRECT = declare("transfer.correct", Role.STATE_OFFICER)
UNITED = declare("transfer.united", Role.STATE_OFFICER, shows="persons")
END = declare("transfer.end", Role.STATE_OFFICER, shows="persons")
# Other laws over the register, side by side: counts alone, small ones hidden.
SCENARIOS = declare("transfer.scenarios", Role.ANALYST, Role.STATE_OFFICER, Role.ADMINISTRATOR)
