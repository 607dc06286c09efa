use std::collections::HashMap;

use super::*;

fn plan(size: Size) -> Plan {
    Plan::new(7, size, "2026-06-12T14:40:00Z".parse().unwrap()).unwrap()
}

#[test]
fn the_same_seed_is_the_same_year() {
    let (one, two) = (plan(Size::SMALL), plan(Size::SMALL));
    assert_eq!(format!("{:?}", one.steps), format!("{:?}", two.steps));
    let other = Plan::new(8, Size::SMALL, "2026-06-12T14:40:00Z".parse().unwrap()).unwrap();
    assert_ne!(format!("{:?}", one.steps), format!("{:?}", other.steps));
}

#[test]
fn nobody_works_on_two_tickets_at_once_and_nothing_lies_ahead() {
    let now = "2026-06-12T14:40:00Z".parse().unwrap();
    let plan = plan(Size::FULL);
    assert!(plan.steps.iter().all(|(at, _)| (plan.begins..=now).contains(at)));
    let mut works: HashMap<usize, usize> = HashMap::new();
    for (at, step) in &plan.steps {
        let Step::Act(ticket, act) = step else { continue };
        match act {
            Act::Start { by } => {
                let other = works.insert(*by, *ticket);
                assert_eq!(other, None, "{by} begins {ticket} at {at}");
            }
            Act::Pause { by, .. } | Act::Resolve { by, .. } => {
                assert_eq!(works.remove(by), Some(*ticket), "{by} ends at {at}");
            }
            _ => {}
        }
    }
    assert!(!works.is_empty(), "nobody works now");
}

#[test]
fn the_desk_looks_like_one() {
    let plan = plan(Size::FULL);
    assert_eq!((plan.people.len(), plan.machines.len(), plan.tickets.len()), (60, 65, 2_000));
    let resolved = plan
        .steps
        .iter()
        .filter(|(_, step)| matches!(step, Step::Act(_, Act::Resolve { .. })))
        .count();
    let reopened = plan
        .steps
        .iter()
        .filter(|(_, step)| matches!(step, Step::Act(_, Act::Reopen { .. })))
        .count();
    let open = plan.tickets.len() + reopened - resolved;
    assert!((10..60).contains(&open), "{open} are open");
    assert!((40..120).contains(&reopened), "{reopened} were opened again");
    // Most of what is asked is answered within two hours.
    let mut opened = HashMap::new();
    let mut waits = Vec::new();
    for (at, step) in &plan.steps {
        match step {
            Step::Open(ticket) => drop(opened.insert(*ticket, *at)),
            Step::Act(ticket, Act::Start { .. }) => {
                waits.extend(opened.remove(ticket).map(|since| *at - since))
            }
            _ => {}
        }
    }
    waits.sort();
    assert!(waits[waits.len() / 2] < TimeDelta::hours(2), "{}", waits[waits.len() / 2]);
}
