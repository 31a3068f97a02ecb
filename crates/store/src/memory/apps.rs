//! Provider apps in memory.

use async_trait::async_trait;
use ledgerhook_model::{AppId, OrganizationId};

use super::{MemoryStore, State, next};
use crate::StoreError;
use crate::apps::{App, Apps, NewApp};

#[async_trait]
impl Apps for MemoryStore {
    async fn create_app(&self, new: NewApp) -> Result<App, StoreError> {
        let mut state = self.state();
        let mut app = App {
            id: AppId(0),
            organization: new.organization,
            element: new.element,
            name: new.name,
            environment: new.environment,
            api_key: new.api_key,
            sealed_secrets: new.sealed_secrets,
            read_budget: new.read_budget,
            created_at: new.created_at,
        };
        state.check_api_key(&app)?;
        app.id = AppId(next(&mut state.last_ids.app));
        state.apps.insert(app.id, app.clone());
        Ok(app)
    }

    async fn update_app(&self, app: App) -> Result<bool, StoreError> {
        let mut state = self.state();
        let stored = state.apps.get(&app.id);
        if stored.is_none_or(|stored| stored.organization != app.organization) {
            return Ok(false);
        }
        state.check_api_key(&app)?;
        state.apps.insert(app.id, app);
        Ok(true)
    }

    async fn delete_app(
        &self,
        organization: OrganizationId,
        id: AppId,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let stored = state.apps.get(&id);
        if stored.is_none_or(|stored| stored.organization != organization) {
            return Ok(false);
        }
        state.apps.remove(&id);
        Ok(true)
    }

    async fn all_apps(&self) -> Result<Vec<App>, StoreError> {
        Ok(self.state().apps.values().cloned().collect())
    }
}

impl State {
    /// An error when another app of the organisation and element has this client id.
    fn check_api_key(&self, app: &App) -> Result<(), StoreError> {
        let taken = self.apps.values().any(|other| {
            other.id != app.id
                && other.organization == app.organization
                && other.element == app.element
                && other.api_key == app.api_key
        });
        if taken {
            return Err(StoreError::Exists("an app with this client id"));
        }
        Ok(())
    }
}
