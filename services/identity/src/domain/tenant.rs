//! Support organisations.

use chamados_chassis::id::TenantId;

/// A support organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name; two may have the same.
    pub name: String,
}
