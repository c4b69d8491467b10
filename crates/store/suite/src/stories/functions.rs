//! Functions: their versions, their code, and what changes them.

use std::sync::Arc;

use contract::{
    Change, CodeRef, Commit, CommitError, FunctionAlias, FunctionChange, FunctionRecord, FunctionVersion, NewCode,
    PolicyDocument, Reads, SealedBytes, Tag,
};
use policy::{Action, Permit};
use terms::Scope;

use crate::{
    Fixture,
    house::{House, permit, permit_for_every},
    record::{function, home, later, new_uid, scope},
};

const CREATE: &str = "lambda:CreateFunction";
const UPDATE: &str = "lambda:UpdateFunctionCode";
const DELETE: &str = "lambda:DeleteFunction";

pub async fn a_function_comes_back_as_it_was_left<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let created = created(&house, &function(home(), "app", 1)).await;
    let grown = next(&created, |after| {
        let details = &mut after.details;
        details.next_version = 3;
        details.reserved_concurrency = Some(0);
        details.tags = vec![Tag { key: "équipe".to_owned(), value: String::new() }];
        details.policies.insert("$LATEST".to_owned(), PolicyDocument::new("{}"));
        let alias = FunctionAlias {
            revision_id: "r".to_owned(),
            description: "\u{1F511}".to_owned(),
            version: "1".to_owned(),
            additional: Some(("2".to_owned(), 0.05)),
        };
        details.aliases.insert("live".to_owned(), alias);
        after.versions = [1, 2].map(|number| published(&after.latest, number)).into();
    });
    house.commit(update(&created, &grown, None)).await.unwrap();
    // A version goes, $LATEST changes with its code and environment.
    let changed = next(&grown, |after| {
        after.versions.remove(0);
        after.details.aliases.clear();
        after.latest = with_code(&after.latest, 2);
    });
    house.commit(update(&grown, &changed, Some(code(2)))).await.unwrap();
    for _ in 0..2 {
        assert_eq!(find(&house, home(), "app").await.as_ref(), Some(&changed));
        assert_eq!(list(&house, home()).await, [Arc::clone(&changed)]);
        for name in ["App", "ap", ""] {
            assert_eq!(find(&house, home(), name).await, None, "{name}");
        }
        house = house.reopened().await;
    }
}

pub async fn what_functions_have_reserved_is_counted_in_each_scope<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let reserving = |scope, name, count| {
        let mut function = function(scope, name, 1);
        function.details.reserved_concurrency = count;
        function
    };
    created(&house, &reserving(home(), "none", None)).await;
    let some = created(&house, &reserving(home(), "some", Some(7))).await;
    created(&house, &reserving(home(), "more", Some(5))).await;
    let elsewhere = scope("222222222222", "us-east-1");
    created(&house, &reserving(elsewhere, "some", Some(100))).await;
    for _ in 0..2 {
        assert_eq!(house.store.reserved_concurrency(home()).await.unwrap(), 12);
        assert_eq!(house.store.reserved_concurrency(elsewhere).await.unwrap(), 100);
        house = house.reopened().await;
    }
    house.commit(deletion(&some)).await.unwrap();
    assert_eq!(house.store.reserved_concurrency(home()).await.unwrap(), 5);
}

pub async fn code_is_kept_as_long_as_a_version_has_it<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let first = created(&house, &function(home(), "app", 1)).await;
    assert_eq!(kept(&house, &first).await, [true, false, false]);
    let second = next(&first, |after| {
        after.details.next_version = 2;
        after.versions = vec![published(&after.latest, 1)];
        after.latest = with_code(&after.latest, 2);
    });
    house.commit(update(&first, &second, Some(code(2)))).await.unwrap();
    assert_eq!(kept(&house, &first).await, [true, true, false]);
    let third = next(&second, |after| after.latest = with_code(&after.latest, 3));
    house.commit(update(&second, &third, Some(code(3)))).await.unwrap();
    house = house.reopened().await;
    assert_eq!(kept(&house, &first).await, [true, false, true]);
    let fourth = next(&third, |after| after.versions.clear());
    house.commit(update(&third, &fourth, None)).await.unwrap();
    assert_eq!(kept(&house, &first).await, [false, false, true]);
    house.commit(deletion(&fourth)).await.unwrap();
    assert_eq!(kept(&house, &first).await, [false; 3]);
}

pub async fn a_deleted_function_leaves_its_name_free<F: Fixture>() {
    let mut house = House::<F>::start().await;
    let first = created(&house, &function(home(), "app", 1)).await;
    let taken = house.commit(creation(&function(home(), "app", 2), 2)).await;
    assert!(matches!(taken, Err(CommitError::NameTaken)));
    let changed = next(&first, |after| after.details.reserved_concurrency = Some(5));
    house.commit(update(&first, &changed, None)).await.unwrap();
    assert!(matches!(house.commit(deletion(&first)).await, Err(CommitError::Conflict)));
    house.commit(deletion(&changed)).await.unwrap();
    assert!(matches!(house.commit(deletion(&changed)).await, Err(CommitError::Conflict)));
    for _ in 0..2 {
        assert_eq!(find(&house, home(), "app").await, None);
        assert_eq!(list(&house, home()).await, []);
        house = house.reopened().await;
    }
    let successor = created(&house, &function(home(), "app", 2)).await;
    assert_eq!(kept(&house, &successor).await, [false, true, false]);
    assert_eq!(kept(&house, &first).await, [false; 3]);
}

pub async fn a_change_of_an_older_function_is_a_conflict<F: Fixture>() {
    let house = House::<F>::start().await;
    let first = created(&house, &function(home(), "app", 1)).await;
    let second = next(&first, |after| after.details.tags.clear());
    house.commit(update(&first, &second, None)).await.unwrap();
    let late = next(&first, |after| after.latest = with_code(&after.latest, 2));
    assert!(matches!(house.commit(update(&first, &late, Some(code(2)))).await, Err(CommitError::Conflict)));
    let house = house.reopened().await;
    assert_eq!(find(&house, home(), "app").await, Some(second));
    assert_eq!(kept(&house, &first).await, [true, false, false]);
}

pub async fn functions_of_other_accounts_and_regions_are_not_seen<F: Fixture>() {
    let house = House::<F>::start().await;
    let elsewhere = scope("222222222222", "us-east-1");
    let scopes = [home(), Scope { region: elsewhere.region, ..home() }, Scope { account: elsewhere.account, ..home() }];
    let mut functions = Vec::new();
    for scope in scopes {
        functions.push(created(&house, &function(scope, "app", 1)).await);
    }
    let house = house.reopened().await;
    for (scope, function) in scopes.into_iter().zip(&functions) {
        assert_eq!(find(&house, scope, "app").await.as_ref(), Some(function));
        assert_eq!(list(&house, scope).await, [Arc::clone(function)]);
    }
    assert_eq!(find(&house, elsewhere, "app").await, None);

    let shut = || async { house.store.function(home(), "app").await.unwrap().unwrap() };
    let account = home().account;
    let (own, other) = (&functions[0].arn, &functions[1].arn);
    assert!(shut().await.open_function(&permit(account, "lambda:GetFunction", other), None).is_err());
    assert!(shut().await.open_function(&permit(account, "lambda:GetFunction", own), Some("live")).is_err());
    let live = permit(account, "lambda:InvokeFunction", &format!("{own}:live"));
    assert!(shut().await.open_function(&live, None).is_err());
    assert!(shut().await.open_function(&live, Some("live")).is_ok());
    let page = house.store.functions(home()).await.unwrap();
    let aliases = Action::new("lambda:ListAliases");
    assert!(page.open(&permit_for_every(account, aliases), Action::new("lambda:ListFunctions")).is_err());
}

pub async fn a_plan_that_breaks_an_invariant_of_functions_is_refused<F: Fixture>() {
    let house = House::<F>::start().await;
    let one = created(&house, &function(home(), "app", 1)).await;
    let two = next(&one, |after| {
        after.details.next_version = 3;
        after.versions = [1, 2].map(|number| published(&after.latest, number)).into();
    });
    house.commit(update(&one, &two, None)).await.unwrap();
    let broken: [(Arc<FunctionRecord>, Option<NewCode>); 9] = [
        (next(&two, |after| after.revision += 1), None),
        (next(&two, |after| after.uid = new_uid()), None),
        (next(&two, |after| after.name = "other".into()), None),
        (next(&two, |after| after.versions.swap(0, 1)), None),
        (next(&two, |after| after.details.next_version = 2), None),
        (next(&two, |after| after.versions.push(published(&after.latest, 3))), None),
        (next(&two, |after| after.latest = with_code(&after.latest, 2)), None),
        // Code that no version has, and code that is there already.
        (next(&two, |_| {}), Some(code(2))),
        (next(&two, |_| {}), Some(code(1))),
    ];
    for (after, code) in broken {
        let change = FunctionChange::Update { before: Arc::clone(&two), after: Arc::clone(&after), code };
        let planned = Commit::under(permit(home().account, UPDATE, &two.arn)).change(Change::Function(change));
        assert!(matches!(planned, Err(CommitError::Internal(_))), "{after:?}");
    }
    let change = FunctionChange::Create { after: Arc::new(function(home(), "new", 1)), code: code(2) };
    let arn = contract::function_arn(home(), "new");
    assert!(Commit::under(permit(home().account, CREATE, &arn)).change(Change::Function(change)).is_err());
    assert_eq!(find(&house, home(), "app").await, Some(two));
}

pub async fn a_change_of_a_function_needs_a_permit_for_it<F: Fixture>() {
    let one = Arc::new(function(home(), "app", 1));
    let other = contract::function_arn(home(), "other");
    let create = Change::Function(FunctionChange::Create { after: Arc::clone(&one), code: code(1) });
    let after = next(&one, |_| {});
    let update = Change::Function(FunctionChange::Update { before: Arc::clone(&one), after, code: None });
    let delete = Change::Function(FunctionChange::Delete { before: Arc::clone(&one) });
    let may = |change: &Change, action: &'static str, arn: &str| {
        Commit::under(permit(home().account, action, arn)).change(change.clone()).is_ok()
    };
    assert!(may(&create, CREATE, &one.arn) && may(&update, UPDATE, &one.arn) && may(&delete, DELETE, &one.arn));
    for change in [&create, &update, &delete] {
        for action in [CREATE, UPDATE, DELETE, "lambda:AddPermission"] {
            assert!(!may(change, action, &other), "{action}");
        }
        for action in ["lambda:GetFunction", "lambda:InvokeFunction", "lambda:ListFunctions", "kms:DisableKey"] {
            assert!(!may(change, action, &one.arn), "{action}");
        }
    }
    assert!(!may(&create, UPDATE, &one.arn) && !may(&update, CREATE, &one.arn) && !may(&delete, UPDATE, &one.arn));
}

pub async fn every_function_is_told_with_its_revision<F: Fixture>() {
    let house = House::<F>::start().await;
    let changed = created(&house, &function(home(), "changed", 1)).await;
    house.commit(update(&changed, &next(&changed, |_| {}), None)).await.unwrap();
    let kept = created(&house, &function(scope("222222222222", "us-east-1"), "kept", 1)).await;
    let gone = created(&house, &function(home(), "gone", 1)).await;
    house.commit(deletion(&gone)).await.unwrap();
    let mut expected = vec![(changed.uid, 2), (kept.uid, 1)];
    expected.sort_unstable();
    let mut told = house.store.revisions().await.unwrap();
    told.sort_unstable();
    assert_eq!(told, expected);
}

fn code(number: u8) -> NewCode {
    NewCode { sha256: [number; 32], sealed: SealedBytes::new(vec![number; 3]) }
}

fn with_code(version: &FunctionVersion, number: u8) -> Arc<FunctionVersion> {
    let mut version = version.clone();
    version.code = CodeRef { sha256: [number; 32], bytes: u64::from(number) };
    version.configuration.revision_id = format!("revision {number}");
    version.configuration.modified_at = later(i64::from(number));
    version.environment = (number != 3).then(|| SealedBytes::new(vec![number]));
    Arc::new(version)
}

fn published(latest: &FunctionVersion, number: u64) -> Arc<FunctionVersion> {
    Arc::new(FunctionVersion { number: Some(number), ..latest.clone() })
}

fn next(before: &FunctionRecord, change: impl FnOnce(&mut FunctionRecord)) -> Arc<FunctionRecord> {
    let mut after = before.clone();
    after.revision += 1;
    change(&mut after);
    Arc::new(after)
}

fn may(action: &'static str, function: &FunctionRecord) -> Permit {
    permit(function.scope.account, action, &function.arn)
}

fn creation(after: &FunctionRecord, number: u8) -> Commit {
    let change = FunctionChange::Create { after: Arc::new(after.clone()), code: code(number) };
    Commit::under(may(CREATE, after)).change(Change::Function(change)).unwrap()
}

fn update(before: &Arc<FunctionRecord>, after: &Arc<FunctionRecord>, code: Option<NewCode>) -> Commit {
    let change = FunctionChange::Update { before: Arc::clone(before), after: Arc::clone(after), code };
    Commit::under(may(UPDATE, before)).change(Change::Function(change)).unwrap()
}

fn deletion(before: &Arc<FunctionRecord>) -> Commit {
    let change = FunctionChange::Delete { before: Arc::clone(before) };
    Commit::under(may(DELETE, before)).change(Change::Function(change)).unwrap()
}

async fn created<F: Fixture>(house: &House<F>, function: &FunctionRecord) -> Arc<FunctionRecord> {
    house.commit(creation(function, function.latest.code.sha256[0])).await.unwrap();
    let found = find(house, function.scope, &function.name).await.unwrap();
    assert_eq!(*found, *function);
    found
}

async fn find<F: Fixture>(house: &House<F>, scope: Scope, name: &str) -> Option<Arc<FunctionRecord>> {
    let found = house.store.function(scope, name).await.unwrap()?;
    let permit = permit(scope.account, "lambda:GetFunction", found.function().arn);
    Some(found.open_function(&permit, None).unwrap())
}

async fn list<F: Fixture>(house: &House<F>, scope: Scope) -> Vec<Arc<FunctionRecord>> {
    let action = Action::new("lambda:ListFunctions");
    house.store.functions(scope).await.unwrap().open(&permit_for_every(scope.account, action), action).unwrap()
}

/// Of the codes 1, 2 and 3, which does the store hold, as they were given?
async fn kept<F: Fixture>(house: &House<F>, function: &FunctionRecord) -> [bool; 3] {
    let mut kept = [false; 3];
    for (number, is_kept) in (1_u8..).zip(&mut kept) {
        let found = house.store.function_code(function.uid, [number; 32]).await.unwrap();
        assert!(found.as_ref().is_none_or(|found| *found == code(number).sealed));
        *is_kept = found.is_some();
    }
    kept
}
