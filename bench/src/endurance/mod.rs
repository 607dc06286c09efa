//! What becomes of the product as it is shipped when more is asked of it than it can do ([`overload`]), and when
//! much is asked for long ([`soak`]).

pub mod overload;
pub mod soak;
