//! Who plays in the demo: the support organisation, three companies and their people. All invented, and
//! named after Brazilian trees and birds so that nobody takes them for somebody real.

use rand::{Rng, RngExt as _, seq::SliceRandom as _};

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// People, those of the support organisation included.
    pub people: usize,
    /// Computers.
    pub devices: usize,
    /// Tickets.
    pub tickets: usize,
    /// Days of comings and goings of computers before now.
    pub days_of_presence: u32,
}

impl Size {
    /// What `cargo xtask run --demo` shows.
    pub const FULL: Self = Self { people: 60, devices: 65, tickets: 2_000, days_of_presence: 30 };
    /// Enough to see every kind of record once, in a second or two.
    pub const SMALL: Self = Self { people: 16, devices: 12, tickets: 60, days_of_presence: 3 };
}

/// Name of the tenant.
pub(crate) const TENANT: &str = "Suporte Ipê Fictício";

/// A customer.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) name: &'static str,
    pub(crate) nickname: &'static str,
    /// How its computers' names begin.
    pub(crate) prefix: &'static str,
    /// How many days after the beginning of the year it becomes one.
    pub(crate) joins: i64,
    /// Its share of people and computers.
    share: f64,
}

/// The customers, the largest first.
pub(crate) const COMPANIES: [Company; 3] = [
    Company {
        name: "Araucária Contabilidade Fictícia",
        nickname: "araucaria",
        prefix: "ARA",
        joins: 0,
        share: 0.45,
    },
    Company {
        name: "Metalúrgica Pitangueira Fictícia",
        nickname: "pitangueira",
        prefix: "PIT",
        joins: 0,
        share: 0.32,
    },
    Company {
        name: "Clínica Bem-te-vi Fictícia",
        nickname: "bemtevi",
        prefix: "BTV",
        joins: 110,
        share: 0.23,
    },
];

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Admin,
    Agent,
    /// Of the company with this place in [`COMPANIES`].
    Manager(usize),
    Collaborator(usize),
}

impl Part {
    pub(crate) const fn company(self) -> Option<usize> {
        match self {
            Self::Admin | Self::Agent => None,
            Self::Manager(company) | Self::Collaborator(company) => Some(company),
        }
    }
}

/// Somebody.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) part: Part,
    /// Whether the demo prints how to sign in as this person.
    pub(crate) signs_in: bool,
}

impl Person {
    /// What others call them.
    pub(crate) fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or(&self.name)
    }
}

const FIRST: [&str; 60] = [
    "Helena",
    "Tiago",
    "Beatriz",
    "Rafael",
    "Camila",
    "Otávio",
    "Júlia",
    "Marcos",
    "Ana",
    "Bruno",
    "Carla",
    "Diego",
    "Elisa",
    "Fábio",
    "Gabriela",
    "Heitor",
    "Inês",
    "João",
    "Karina",
    "Lucas",
    "Mariana",
    "Nelson",
    "Olívia",
    "Paulo",
    "Renata",
    "Sérgio",
    "Tainá",
    "Ulisses",
    "Vanessa",
    "Wagner",
    "Yara",
    "Zélia",
    "Alice",
    "Breno",
    "Cecília",
    "Davi",
    "Estela",
    "Felipe",
    "Glória",
    "Hugo",
    "Isadora",
    "Jonas",
    "Lívia",
    "Mateus",
    "Noemi",
    "Osmar",
    "Patrícia",
    "Ronaldo",
    "Sofia",
    "Tomás",
    "Vera",
    "Vicente",
    "Aline",
    "Caio",
    "Débora",
    "Emanuel",
    "Fernanda",
    "Ivo",
    "Lorena",
    "Murilo",
];
const LAST: [&str; 30] = [
    "Jatobá",
    "Sabiá",
    "Pitanga",
    "Tucano",
    "Ipê",
    "Graúna",
    "Jacarandá",
    "Maritaca",
    "Cedro",
    "Bentevi",
    "Aroeira",
    "Curió",
    "Angico",
    "Seriema",
    "Paineira",
    "Azulão",
    "Embaúba",
    "Quero-Quero",
    "Guapuruvu",
    "Saracura",
    "Cambuci",
    "Tangará",
    "Jequitibá",
    "Andorinha",
    "Copaíba",
    "Garça",
    "Umbu",
    "Coruja",
    "Mangaba",
    "Arara",
];

/// How many of `total` each company has.
pub(crate) fn shares(total: usize) -> [usize; 3] {
    let [first, second, _] = COMPANIES.map(|company| (total as f64 * company.share) as usize);
    [first, second, total - first - second]
}

/// The people, the support organisation's first. Those who sign in come first of their kind.
pub(crate) fn people(rng: &mut impl Rng, size: Size) -> Vec<Person> {
    let staff = (size.people / 9).clamp(3, 6);
    let mut parts = vec![Part::Admin];
    parts.extend(vec![Part::Agent; staff]);
    for (company, count) in shares(size.people - parts.len()).into_iter().enumerate() {
        parts.push(Part::Manager(company));
        parts.extend(vec![Part::Collaborator(company); count.saturating_sub(1)]);
    }
    let mut last = LAST.to_vec();
    last.shuffle(rng);
    let mut known: Vec<Part> = Vec::new();
    let names = FIRST.iter().cycle().zip(last.iter().cycle().skip(rng.random_range(0..LAST.len())));
    let people = parts.into_iter().zip(names).map(|(part, (first, last))| {
        let signs_in = !known.contains(&part) && part.company().unwrap_or(0) == 0;
        known.push(part);
        let domain = part.company().map_or("suporte", |company| COMPANIES[company].nickname);
        let local = match part {
            Part::Admin => "admin".to_owned(),
            Part::Agent if signs_in => "agente".to_owned(),
            Part::Manager(_) if signs_in => "gestor".to_owned(),
            Part::Collaborator(_) if signs_in => "colaborador".to_owned(),
            _ => plain(&format!("{first}.{last}")),
        };
        Person {
            name: format!("{first} {last}"),
            email: format!("{local}@{domain}.example.com"),
            part,
            signs_in,
        }
    });
    people.collect()
}

/// A name as it stands in addresses and in names of accounts.
pub(crate) fn plain(name: &str) -> String {
    let plain = |letter: char| match letter {
        'á' | 'â' | 'ã' | 'à' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' => 'u',
        'ç' => 'c',
        other => other,
    };
    name.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{SeedableRng as _, rngs::SmallRng};

    use super::*;

    #[test]
    fn everybody_is_another_person_with_an_address_that_nobody_has() {
        for size in [Size::FULL, Size::SMALL] {
            let people = people(&mut SmallRng::seed_from_u64(7), size);
            assert_eq!(people.len(), size.people);
            let emails: HashSet<_> = people.iter().map(|person| &person.email).collect();
            let names: HashSet<_> = people.iter().map(|person| &person.name).collect();
            assert_eq!((emails.len(), names.len()), (people.len(), people.len()));
            assert!(people.iter().all(|person| person.email.ends_with(".example.com") && person.email.is_ascii()));
            assert_eq!(people.iter().filter(|person| person.signs_in).count(), 4);
        }
    }
}
