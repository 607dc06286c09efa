//! What becomes of the product as it is shipped when more is asked of it than it can do ([`overload`]), and when
//! much is asked for long ([`soak`]).

pub mod overload;
pub mod soak;

use anyhow::Result;
use serde_json::json;

use crate::{browser::Browser, product::Product};

/// The first admin of a product that is new.
async fn set_up(product: &mut Product) -> Result<Browser> {
    let person = json!({
        "token": product.setup_token()?, "tenantName": "Desk", "name": "Ada Admin",
        "email": "admin@desk.example", "password": "correct horse battery",
    });
    Browser::enter(product.origin(), "/api/setup", &person).await
}
