//! Provider apps of an organisation: `/elements/{key}/apps`.

use ledgerhook_connector::ReadPlan;
use ledgerhook_model::{AppId, OrganizationId, Secret};
use ledgerhook_store::apps::{App, NewApp};
use serde_json::json;

use crate::base::Base;
use crate::refusal::Refusal;
use crate::roster::AppSeat;

const APP_SECRETS: &str = "app.secrets";

/// The environment whose reads are metered.
const PRODUCTION: &str = "production";

/// What a request says of an app; members that are `None` stay as they were, or are not set.
#[derive(Debug, Clone, Default)]
pub struct AppRequest {
    /// Its name.
    pub name: Option<String>,
    /// `production` or `development`.
    pub environment: Option<String>,
    /// Client id.
    pub api_key: Option<String>,
    /// Client secret.
    pub api_secret: Option<Secret>,
    /// What the provider signs notices with.
    pub verifier_token: Option<Secret>,
    /// Reads a month that may be spent.
    pub read_budget: Option<ReadBudget>,
}

/// A budget as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadBudget {
    /// Reads a month.
    Reads(i64),
    /// What the provider sells under this name, as `builder`; `none` for no budget.
    Plan(String),
}

/// The name that takes a budget away.
const NO_BUDGET: &str = "none";

/// The apps of all organisations.
#[derive(Debug, Clone)]
pub struct Apps {
    base: Base,
}

#[derive(Debug, Default)]
struct AppSecrets {
    api_secret: String,
    verifier_token: String,
}

impl Apps {
    pub(crate) fn new(base: &Base) -> Self {
        Self { base: base.clone() }
    }

    /// Registers an app.
    pub async fn create(
        &self,
        organization: OrganizationId,
        element: &str,
        request: AppRequest,
    ) -> Result<App, Refusal> {
        let text = |name: &str, value: Option<String>| {
            value.filter(|text| !text.trim().is_empty()).ok_or_else(|| missing(name))
        };
        let secret = |name: &str, value: Option<Secret>| {
            value.filter(|secret| !secret.is_empty()).ok_or_else(|| missing(name))
        };
        let secrets = AppSecrets {
            api_secret: secret("apiSecret", request.api_secret)?.expose().to_owned(),
            verifier_token: secret("verifierToken", request.verifier_token)?.expose().to_owned(),
        };
        let api_key = text("apiKey", request.api_key)?;
        let environment = request.environment.unwrap_or_else(|| PRODUCTION.to_owned());
        let new = NewApp {
            organization,
            element: element.to_owned(),
            name: request.name.unwrap_or_else(|| api_key.clone()),
            environment: checked_environment(environment)?,
            api_key,
            sealed_secrets: self.seal(&secrets),
            read_budget: self.budget(element, request.read_budget)?,
            created_at: self.base.clock.now(),
        };
        let app = self.base.store.create_app(new).await?;
        self.refresh_roster().await?;
        Ok(app)
    }

    /// The apps of an organisation for an element.
    pub async fn list(
        &self,
        organization: OrganizationId,
        element: &str,
    ) -> Result<Vec<App>, Refusal> {
        let mut apps = self.base.store.all_apps().await?;
        apps.retain(|app| app.organization == organization && app.element == element);
        Ok(apps)
    }

    /// One app.
    pub async fn get(
        &self,
        organization: OrganizationId,
        element: &str,
        id: AppId,
    ) -> Result<App, Refusal> {
        let apps = self.list(organization, element).await?;
        apps.into_iter().find(|app| app.id == id).ok_or_else(|| not_found(id))
    }

    /// Changes an app.
    pub async fn update(
        &self,
        organization: OrganizationId,
        element: &str,
        id: AppId,
        request: AppRequest,
    ) -> Result<App, Refusal> {
        let mut app = self.get(organization, element, id).await?;
        let mut secrets = self.open(&app)?;
        if let Some(name) = request.name {
            app.name = name;
        }
        if let Some(environment) = request.environment {
            app.environment = checked_environment(environment)?;
        }
        if let Some(api_key) = request.api_key {
            app.api_key = api_key;
        }
        if let Some(secret) = request.api_secret {
            secrets.api_secret = secret.expose().to_owned();
        }
        if let Some(token) = request.verifier_token {
            secrets.verifier_token = token.expose().to_owned();
        }
        if request.read_budget.is_some() {
            app.read_budget = self.budget(element, request.read_budget)?;
        }
        app.sealed_secrets = self.seal(&secrets);
        if !self.base.store.update_app(app.clone()).await? {
            return Err(not_found(id));
        }
        self.refresh_roster().await?;
        Ok(app)
    }

    /// Removes an app. Its instances stay; notices of it are not accepted any more.
    pub async fn delete(
        &self,
        organization: OrganizationId,
        element: &str,
        id: AppId,
    ) -> Result<(), Refusal> {
        self.get(organization, element, id).await?;
        self.base.store.delete_app(organization, id).await?;
        self.refresh_roster().await
    }

    /// Reads all apps into the roster.
    pub(crate) async fn refresh_roster(&self) -> Result<(), Refusal> {
        let mut seats = Vec::new();
        for app in self.base.store.all_apps().await? {
            let secrets = self.open(&app)?;
            seats.push(AppSeat {
                id: app.id,
                organization: app.organization,
                element: app.element,
                api_key: Secret::new(app.api_key),
                verifier_token: Secret::new(secrets.verifier_token),
                name: app.name,
                is_production: app.environment == PRODUCTION,
                read_budget: app.read_budget,
            });
        }
        self.base.roster.set_apps(seats);
        Ok(())
    }

    /// The reads a month that a request asks for.
    fn budget(&self, element: &str, asked: Option<ReadBudget>) -> Result<Option<i64>, Refusal> {
        let refused = |problem: String| Err(Refusal::BadRequest(format!("readBudget: {problem}")));
        let name = match asked {
            None => return Ok(None),
            Some(ReadBudget::Reads(reads)) if reads < 0 => {
                return refused("must be 0 or more reads a month".to_owned());
            }
            Some(ReadBudget::Reads(reads)) => return Ok(Some(reads)),
            Some(ReadBudget::Plan(name)) => name.trim().to_ascii_lowercase(),
        };
        if name == NO_BUDGET {
            return Ok(None);
        }
        let connector = crate::find_connector(&self.base.connectors, element)?;
        let plans: Vec<ReadPlan> =
            connector.feeds.iter().flat_map(|feed| feed.read_plans()).copied().collect();
        let known: Vec<String> = plans
            .iter()
            .filter_map(|plan| Some(format!("{} ({} reads)", plan.name, plan.reads?)))
            .chain([NO_BUDGET.to_owned()])
            .collect();
        let known = known.join(", ");
        match plans.iter().find(|plan| plan.name == name) {
            Some(ReadPlan { reads: Some(reads), .. }) => Ok(Some(*reads)),
            Some(_) => refused(format!(
                "the provider publishes no number of reads for `{name}`; give the number of your \
                 agreement, or one of {known}"
            )),
            None => refused(format!("`{name}` is neither a number of reads nor one of {known}")),
        }
    }

    fn seal(&self, secrets: &AppSecrets) -> Vec<u8> {
        let text = json!([secrets.api_secret, secrets.verifier_token]).to_string();
        self.base.vault.seal(APP_SECRETS, text.as_bytes())
    }

    fn open(&self, app: &App) -> Result<AppSecrets, Refusal> {
        let unreadable = |why: String| {
            Refusal::Unavailable(format!("the secrets of app {} cannot be opened: {why}", app.id))
        };
        let opened = self
            .base
            .vault
            .open(APP_SECRETS, &app.sealed_secrets)
            .map_err(|error| unreadable(error.to_string()))?;
        let (api_secret, verifier_token) =
            serde_json::from_slice(&opened).map_err(|error| unreadable(error.to_string()))?;
        Ok(AppSecrets { api_secret, verifier_token })
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::BadRequest(format!("{name}: missing; copy it from the provider's developer portal"))
}

fn not_found(id: AppId) -> Refusal {
    Refusal::NotFound(format!("No app found with ID {id}"))
}

fn checked_environment(environment: String) -> Result<String, Refusal> {
    if matches!(environment.as_str(), PRODUCTION | "development") {
        return Ok(environment);
    }
    let message = format!("environment: `{environment}` is neither production nor development");
    Err(Refusal::BadRequest(message))
}
