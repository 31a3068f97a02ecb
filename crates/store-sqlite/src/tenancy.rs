//! Organisations and users in SQLite.

use async_trait::async_trait;
use ledgerhook_model::{Moment, OrganizationId, SecretHash, UserId};
use ledgerhook_store::StoreError;
use ledgerhook_store::tenancy::{NewOrganization, NewUser, Organization, Tenancy, User};
use rusqlite::{Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, first, moment, moment_if_any};
use crate::error::Failure;
use crate::writer::Session;

#[async_trait]
impl Tenancy for SqliteStore {
    async fn create_organization(&self, new: NewOrganization) -> Result<Organization, StoreError> {
        let create = move |session: &mut Session| {
            let sql =
                "INSERT INTO organizations (name, secret_hash, sealed_signing_seed, created_at)
                       VALUES (?1, ?2, ?3, ?4)";
            let hash = new.secret_hash.0;
            let created_at = new.created_at.micros();
            let values = params![new.name, hash, new.sealed_signing_seed, created_at];
            change(&session.connection, sql, values)?;
            Ok(Organization {
                id: OrganizationId(session.connection.last_insert_rowid()),
                name: new.name.clone(),
                created_at: new.created_at,
                sealed_signing_seed: new.sealed_signing_seed.clone(),
            })
        };
        self.writer.write(create).await
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let sql = "SELECT id, name, created_at, sealed_signing_seed FROM organizations ORDER BY id";
        self.readers.read(move |connection| all(connection, sql, [], read_organization)).await
    }

    async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let create = move |session: &mut Session| {
            let sql = "INSERT INTO users (organization_id, email, secret_hash, created_at)
                       VALUES (?1, ?2, ?3, ?4)";
            let hash = new.secret_hash.0;
            let created_at = new.created_at.micros();
            let values = params![new.organization.0, new.email, hash, created_at];
            change(&session.connection, sql, values)?;
            Ok(User {
                id: UserId(session.connection.last_insert_rowid()),
                organization: new.organization,
                email: new.email.clone(),
                created_at: new.created_at,
                revoked_at: None,
            })
        };
        self.writer.write(create).await
    }

    async fn users(&self, organization: OrganizationId) -> Result<Vec<User>, StoreError> {
        let sql = "SELECT id, organization_id, email, created_at, revoked_at FROM users
                   WHERE organization_id = ?1 ORDER BY id";
        let find = move |connection: &_| all(connection, sql, [organization.0], read_user);
        self.readers.read(find).await
    }

    async fn revoke_user(
        &self,
        organization: OrganizationId,
        user: UserId,
        at: Moment,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET revoked_at = coalesce(revoked_at, ?3)
                   WHERE organization_id = ?1 AND id = ?2";
        let values = (organization.0, user.0, at.micros());
        let revoke = move |session: &mut Session| Ok(change(&session.connection, sql, values)? > 0);
        self.writer.write(revoke).await
    }

    async fn user_with_secrets(
        &self,
        organization_secret: SecretHash,
        user_secret: SecretHash,
    ) -> Result<Option<User>, StoreError> {
        let sql = "SELECT users.id, organization_id, email, users.created_at, revoked_at
                   FROM users JOIN organizations ON organizations.id = organization_id
                   WHERE users.secret_hash = ?1 AND revoked_at IS NULL
                     AND organizations.secret_hash = ?2";
        let values = (user_secret.0, organization_secret.0);
        self.readers.read(move |connection| first(connection, sql, values, read_user)).await
    }

    async fn user_with_secret(&self, user_secret: SecretHash) -> Result<Option<User>, StoreError> {
        let sql = "SELECT id, organization_id, email, created_at, revoked_at FROM users
                   WHERE secret_hash = ?1 AND revoked_at IS NULL";
        let find = move |connection: &_| first(connection, sql, [user_secret.0], read_user);
        self.readers.read(find).await
    }
}

fn read_organization(row: &Row<'_>) -> Result<Organization, Failure> {
    Ok(Organization {
        id: OrganizationId(row.get("id")?),
        name: row.get("name")?,
        created_at: moment(row, "created_at")?,
        sealed_signing_seed: row.get("sealed_signing_seed")?,
    })
}

fn read_user(row: &Row<'_>) -> Result<User, Failure> {
    Ok(User {
        id: UserId(row.get("id")?),
        organization: OrganizationId(row.get("organization_id")?),
        email: row.get("email")?,
        created_at: moment(row, "created_at")?,
        revoked_at: moment_if_any(row, "revoked_at")?,
    })
}
