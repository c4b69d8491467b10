//! AWS Lambda: functions and what governs them. What runs them is behind [`facades::FunctionHost`].

pub mod shapes;
