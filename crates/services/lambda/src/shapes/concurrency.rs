use shape::Optional;

use super::forms::ReservedConcurrentExecutions;

shape::structure! {
    pub struct Concurrency {
        reserved_concurrent_executions: Optional<ReservedConcurrentExecutions> = "ReservedConcurrentExecutions",
    }
}
