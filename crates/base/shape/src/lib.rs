//! Wire shapes stated once: members, constraints, and AWS's order and texts of errors.
