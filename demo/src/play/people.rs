//! The desk opens, companies join, people get accounts.

use anyhow::{Context as _, Result};
use chamados_chassis::auth::Principal;
use chamados_proto::{
    identity::v1::{
        AcceptInviteRequest, CompleteSetupRequest, CreateCompanyRequest, CreateInviteRequest,
        CreateUserRequest, Role, User, company_service_client::CompanyServiceClient,
        invite_service_client::InviteServiceClient, setup_service_client::SetupServiceClient,
        user_service_client::UserServiceClient,
    },
    ticket::v1::{
        CreateCategoryRequest, CreateQueueRequest, category_service_client::CategoryServiceClient,
        queue_service_client::QueueServiceClient,
    },
};

use super::{Customer, Play};
use crate::{
    cast::{COMPANIES, Part, TENANT},
    folder::Account,
};

const USER_AGENT: &str = "chamados-demo";

impl Play {
    /// The first day: the tenant with its staff, queues and categories.
    pub(super) async fn open_desk(&mut self) -> Result<()> {
        let admin = &self.plan.people[0];
        let setup = CompleteSetupRequest {
            token: self.stage.setup_token.clone().context("the folder has data already")?,
            tenant_name: TENANT.to_owned(),
            name: admin.name.clone(),
            email: admin.email.clone(),
            password: self.password.clone(),
            client_address: String::new(),
            user_agent: USER_AGENT.to_owned(),
        };
        let request = self.stage.call(&Principal::Anonymous, setup)?;
        let answer =
            SetupServiceClient::new(self.stage.services.clone()).complete_setup(request).await?;
        let admin = self.stage.authenticate(answer.into_inner().session_token).await?;
        self.tenant = admin.tenant()?;
        self.people[0] = Some(admin);
        for place in 1..self.plan.people.len() {
            if self.plan.people[place].part.is_staff() {
                self.hire(place).await?;
            }
        }
        self.make_lists().await
    }

    async fn make_lists(&mut self) -> Result<()> {
        let admin = self.person(0)?.clone();
        let tickets = &self.plan.tickets;
        let mut queues: Vec<String> =
            tickets.iter().filter_map(|ticket| ticket.queue.clone()).collect();
        let mut categories: Vec<String> =
            tickets.iter().map(|ticket| ticket.category.clone()).collect();
        for names in [&mut queues, &mut categories] {
            names.sort();
            names.dedup();
        }
        let mut client = QueueServiceClient::new(self.stage.services.clone());
        for name in queues {
            let request =
                CreateQueueRequest { name: name.clone(), ..CreateQueueRequest::default() };
            let queue = client.create_queue(self.stage.call(&admin, request)?).await?.into_inner();
            self.queues.insert(name, queue.id);
        }
        let mut client = CategoryServiceClient::new(self.stage.services.clone());
        for name in categories {
            let request =
                CreateCategoryRequest { name: name.clone(), ..CreateCategoryRequest::default() };
            let category =
                client.create_category(self.stage.call(&admin, request)?).await?.into_inner();
            self.categories.insert(name, category.id);
        }
        Ok(())
    }

    /// A company becomes a customer, and its people get accounts.
    pub(super) async fn join(&mut self, place: usize) -> Result<()> {
        let company = &COMPANIES[place];
        let request = CreateCompanyRequest {
            request_id: String::new(),
            name: company.name.to_owned(),
            nickname: company.nickname.to_owned(),
        };
        let request = self.stage.call(self.person(0)?, request)?;
        let answer =
            CompanyServiceClient::new(self.stage.services.clone()).create_company(request).await?;
        let company = answer.into_inner();
        self.companies[place] =
            Some(Customer { id: company.id.parse()?, code: company.provisioning_code });
        for person in 0..self.plan.people.len() {
            if self.plan.people[person].part.company() == Some(place) {
                self.hire(person).await?;
            }
        }
        Ok(())
    }

    /// Somebody gets an account; those who sign in follow an invite, the others have no password.
    async fn hire(&mut self, place: usize) -> Result<()> {
        let person = &self.plan.people[place];
        let user =
            if person.signs_in { self.invite(place).await? } else { self.create(place).await? };
        self.people[place] = Some(self.principal(&user, person.part)?);
        Ok(())
    }

    async fn create(&self, place: usize) -> Result<User> {
        let person = &self.plan.people[place];
        let request = CreateUserRequest {
            request_id: String::new(),
            name: person.name.clone(),
            email: person.email.clone(),
            role: role(person.part).into(),
            company_id: self.company_of(person.part)?,
        };
        let request = self.stage.call(self.person(0)?, request)?;
        Ok(UserServiceClient::new(self.stage.services.clone())
            .create_user(request)
            .await?
            .into_inner())
    }

    async fn invite(&self, place: usize) -> Result<User> {
        let person = &self.plan.people[place];
        let mut client = InviteServiceClient::new(self.stage.services.clone());
        let invite = CreateInviteRequest {
            request_id: String::new(),
            email: person.email.clone(),
            role: role(person.part).into(),
            company_id: self.company_of(person.part)?,
        };
        let request = self.stage.call(self.person(0)?, invite)?;
        let url = client.create_invite(request).await?.into_inner().url;
        let (_, token) = url.split_once('#').context("no token in the link of an invite")?;
        let accept = AcceptInviteRequest {
            token: token.to_owned(),
            name: person.name.clone(),
            password: self.password.clone(),
            client_address: String::new(),
            user_agent: USER_AGENT.to_owned(),
        };
        let request = self.stage.call(&Principal::Anonymous, accept)?;
        client.accept_invite(request).await?.into_inner().user.context("an invite without a user")
    }

    fn company_of(&self, part: Part) -> Result<Option<String>> {
        part.company().map(|place| Ok(self.customer(place)?.id.to_string())).transpose()
    }

    /// How to sign in.
    pub(super) fn accounts(&self) -> Vec<Account> {
        let known = self.plan.people.iter().filter(|person| person.signs_in);
        known
            .map(|person| Account {
                role: super::role(person.part).as_str().to_owned(),
                email: person.email.clone(),
            })
            .collect()
    }
}

const fn role(part: Part) -> Role {
    match part {
        Part::Admin => Role::Admin,
        Part::Agent => Role::Agent,
        Part::Manager(_) => Role::Manager,
        Part::Collaborator(_) => Role::Collaborator,
    }
}
