//! Functions in a real host process, asked through its client as the server does.

#[cfg(test)]
mod confinement;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod lifetimes;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod node;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod python;
#[cfg(test)]
mod runtime_api;
#[cfg(test)]
mod rust;
#[cfg(test)]
mod stage;
