//! Integration tests: one crate, one binary, personas and stories.

#[cfg(test)]
mod access;
#[cfg(test)]
mod adoption;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod background;
#[cfg(test)]
mod cloudtrail;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod device;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod explanations;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod house;
#[cfg(test)]
mod kms;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod linked_calls;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod people;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rivals;
#[cfg(test)]
mod root_key;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod rotation_attempts;
#[cfg(test)]
mod rotators;
#[cfg(test)]
mod service_roles;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod trail;
#[cfg(test)]
mod workspace;
