"""What the database itself guarantees of assignments, as SQL for the migration: what belongs together is one key."""

CREATE = """
ALTER TABLE access_membership ADD CONSTRAINT membership_organisation UNIQUE (id, organisation_id);
ALTER TABLE casework_workerprofile ADD CONSTRAINT profile_of_membership
    FOREIGN KEY (membership_id, organisation_id) REFERENCES access_membership (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assignment ADD CONSTRAINT assignment_of_worker
    FOREIGN KEY (worker_id, organisation_id) REFERENCES casework_workerprofile (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE transfer_responsibility ADD CONSTRAINT responsibility_parties UNIQUE (id, person_id, organisation_id);
ALTER TABLE casework_assignment ADD CONSTRAINT assignment_of_responsibility
    FOREIGN KEY (responsibility_id, person_id, organisation_id)
    REFERENCES transfer_responsibility (id, person_id, organisation_id) DEFERRABLE INITIALLY DEFERRED;
"""
DROP = """
ALTER TABLE casework_assignment DROP CONSTRAINT assignment_of_responsibility;
ALTER TABLE casework_assignment DROP CONSTRAINT assignment_of_worker;
ALTER TABLE casework_workerprofile DROP CONSTRAINT profile_of_membership;
ALTER TABLE transfer_responsibility DROP CONSTRAINT responsibility_parties;
ALTER TABLE access_membership DROP CONSTRAINT membership_organisation;
"""
