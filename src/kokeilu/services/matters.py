"""What may be asked of the state: the tasks of the trial's law that are statements and selections, and who decides."""

from dataclasses import dataclass
from datetime import date

from kokeilu.law.definition import shipped
from kokeilu.law.duties import Task
from kokeilu.law.explain import NOT_VERIFIED
from kokeilu.law.trial import Trial
from kokeilu.services.models import Request
from kokeilu.transfer.models import Responsibility

KINDS = tuple(Request.Kind.values)  # those of kokeilu.law.duties.TASK_KINDS that are asked of the state
OWN = "municipality"  # who does a task that is not asked for, in the words of kokeilu.law.duties.DOERS


@dataclass(frozen=True)
class Matter:
    """A task on a day. `citation` carries the mark of what is not verified, in the reader's language."""

    task: Task
    name: str
    citation: str

    @property
    def own(self) -> bool:
        """Whether the organisation responsible for the person decides itself: then nothing is asked of the state."""
        return self.task.by == OWN


def trial_of(held: Responsibility) -> Trial | None:
    """The trial by whose law an organisation is responsible; None where it is so from intake.

    Reads the responsibility's decision and run. Where it was taken over from another record of the same person, the
    responsibility that it was taken over from tells.
    """
    run = held.opened_by or (held.decision.run if held.decision else None)
    if held.ground == Responsibility.Ground.IDENTITY:
        before = Responsibility.objects.filter(superseded_by=run, organisation=held.organisation_id)
        earlier = before.filter(valid__overlap=held.valid).order_by("-valid", "pk").first()
        return trial_of(earlier) if earlier else None
    return shipped(run.into or run.trial) if run else None


def matters(trial: Trial, day: date, language: str) -> list[Matter]:
    """The statements and selections that the trial's law knows on a day, in its order."""
    return [
        Matter(task, task.name[language], cited(task.law, task.verified, language))
        for kind in KINDS
        for task in trial.tasks_on(day, kind)
    ]


def cited(law: str, verified: bool, language: str) -> str:
    """A citation; of law that no statute text seen confirms, with the mark that says so."""
    return law if verified else f"{law} ({NOT_VERIFIED[language]})"


def name_of(request: Request, language: str) -> str:
    """What a request is about, as the law named it on its day; the task's key where the definition has lost it."""
    day = request.asked_on
    names = {task.key: task.name for task in shipped(request.trial).tasks_on(day)}
    return names[request.task][language] if request.task in names else request.task
