//! Companies and users.

use std::collections::{HashMap, HashSet};

use chamados_chassis::{auth::Role, id::CompanyId};
use chamados_identity::domain::{
    company::{Company, Nickname, ProvisioningCode},
    email::Email,
    name::Name,
    user::{NewPerson, User},
};

use super::{mapping::Kind, reading::Reading};

/// Companies, each with a nickname and a code of its own.
pub(super) fn companies(reading: &mut Reading<'_>) -> anyhow::Result<Vec<Company>> {
    let (mut nicknames, mut codes) = (HashSet::new(), HashSet::new());
    reading.each(Kind::Companies, |reading, document, old| {
        let name = document.text("name").ok_or("it has no name")?;
        let name = Name::parse(&name).map_err(|error| format!("its name {error}"))?;
        let given = document.text("nickname").unwrap_or_default();
        let (code, active) = (document.text("code"), document.flag("active"));
        let nickname = nickname(&given, name.as_str(), &nicknames);
        if nickname != given {
            reading.change(old, "its nickname is another");
        }
        nicknames.insert(nickname.clone());
        let code = code.and_then(|code| ProvisioningCode::parse(&code));
        let code = code.filter(|code| codes.insert(code.as_str().to_owned()));
        let code = code.unwrap_or_else(|| {
            reading.change(old, "its provisioning code is a new one; agents enrol with that");
            ProvisioningCode::from_random(rand::random())
        });
        Ok(Company {
            id: reading.ids.give(Kind::Companies, &old.id, old.created)?.into(),
            tenant: reading.tenant,
            name: name.as_str().to_owned(),
            nickname,
            provisioning_code: code.as_str().to_owned(),
            active: active.unwrap_or(true),
            created_at: old.created,
            updated_at: old.created,
            version: 1,
        })
    })
}

/// The nickname as given, or one made of it or of the name; none that is taken.
fn nickname(given: &str, name: &str, taken: &HashSet<String>) -> String {
    let plain = |text: &str| {
        let text = chamados_store_kit::text::fold(text);
        let text: String =
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let parts: Vec<_> = text.split('-').filter(|part| !part.is_empty()).collect();
        parts.join("-").chars().take(36).collect::<String>().trim_end_matches('-').to_owned()
    };
    let parsed = [given.to_owned(), plain(given), plain(name), "empresa".to_owned()];
    let fit = parsed.into_iter().find(|text| Nickname::parse(text).is_ok()).unwrap_or_default();
    let others = (2..).map(|n| format!("{fit}-{n}"));
    std::iter::once(fit.clone()).chain(others).find(|text| !taken.contains(text)).unwrap_or(fit)
}

/// People. Those of an address that another has stand for that one, and accounts of computers are left out:
/// those get theirs when they enrol.
pub(super) fn users(reading: &mut Reading<'_>) -> anyhow::Result<Vec<User>> {
    let mut known: HashMap<String, uuid::Uuid> = HashMap::new();
    reading.each(Kind::Users, |reading, document, old| {
        let (name, email) = (document.text("name"), document.text("email"));
        let (role, company) = (document.text("role"), document.text("company"));
        let active = document.flag("active").unwrap_or(true);
        let role = match role.map(|role| role.trim().to_lowercase()) {
            None => Role::Collaborator,
            Some(role) => {
                let ours = reading.mapping.roles.get(&role).and_then(|role| role.parse().ok());
                ours.ok_or_else(|| format!("its role {role:?} is unknown"))?
            }
        };
        if role == Role::Machine {
            return Err("a computer's account; computers get theirs when they enrol".to_owned());
        }
        let email = email.ok_or("it has no e-mail address")?;
        let email = Email::parse(&email).map_err(|_| "its e-mail address is none".to_owned())?;
        if let Some(id) = known.get(email.key()) {
            reading.ids.alias(Kind::Users, &old.id, *id);
            return Err("another has its e-mail address, and stands for it".to_owned());
        }
        let company = company.and_then(|old| reading.ids.find(Kind::Companies, &old));
        let company = company.map(CompanyId::from);
        let given = name.as_deref().map(Name::parse);
        let name = match given {
            Some(Ok(name)) => name,
            _ => {
                reading.change(old, "its name is its e-mail address");
                Name::parse(&email.as_str().chars().take(120).collect::<String>())
                    .map_err(|error| format!("its name {error}"))?
            }
        };
        let key = email.key().to_owned();
        let person = NewPerson { name, email, role, company };
        person.check().map_err(|_| "it is of no company that is taken in".to_owned())?;
        let mut user = person.create(reading.tenant, old.created);
        user.id = reading.ids.give(Kind::Users, &old.id, old.created)?.into();
        user.active = active;
        known.insert(key, user.id.into());
        Ok(user)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nicknames_are_kept_or_made() {
        let mut taken = HashSet::new();
        for (given, name, nickname_of_it) in [
            ("padaria-sol", "Padaria Sol", "padaria-sol"),
            ("Padaria Sol", "Padaria Sol", "padaria-sol-2"),
            ("", "Açougue São João & Filhos", "acougue-sao-joao-filhos"),
            ("x", "", "empresa"),
            ("", "—", "empresa-2"),
        ] {
            let made = nickname(given, name, &taken);
            assert_eq!(made, nickname_of_it, "{given:?} {name:?}");
            taken.insert(made);
        }
    }
}
