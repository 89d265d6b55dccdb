import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOfStep, nextStep } from "./next-step.ts";

const alice = { userId: "@alice:localhost", hasProofSince: (moment: number) => moment <= 1000 };
const to = { kind: "link", code: "BCDF" } as const;
const app = { kind: "interaction", uid: "u", offered: false } as const;

test("whoever is nobody yet signs in, under the name that is meant, and comes back", () => {
	assert.equal(addressOfStep(nextStep(undefined, to)), "/login?next=%2Flink%3Fcode%3DBCDF");
	const step = nextStep(undefined, to, { loginHint: "anna", onlyTheOneMeant: true, proofSince: 9999 });
	assert.equal(addressOfStep(step), "/login?next=%2Flink%3Fcode%3DBCDF&username=anna");
});

test("whoever shall have a new account registers, and is offered none when they come back", () => {
	const step = nextStep(undefined, app, { newAccount: true, loginHint: "anna" });
	assert.equal(addressOfStep(step), "/register?next=%2Finteraction%2Fu%3Foffered%3D1&username=anna");
	assert.equal(
		addressOfStep(nextStep(undefined, to, { newAccount: true })),
		"/register?next=%2Flink%3Fcode%3DBCDF",
	);
	assert.deepEqual(nextStep(alice, app, { newAccount: true }), { kind: "arrive", to: app });
});

test("whoever is somebody else than meant is asked at the page itself, and only where it is for one person", () => {
	const step = nextStep(alice, to, { loginHint: "@anna:localhost", onlyTheOneMeant: true, proofSince: 9999 });
	assert.deepEqual(step, { kind: "other-account", to, expected: "@anna:localhost" });
	assert.equal(addressOfStep(step), "/link?code=BCDF");
	for (const loginHint of ["Alice", "@alice:localhost", "alice@mail.example", undefined])
		assert.equal(nextStep(alice, to, { loginHint, onlyTheOneMeant: true }).kind, "arrive", String(loginHint));
	assert.equal(nextStep(alice, to, { loginHint: "anna" }).kind, "arrive");
	const ofOld = { ...alice, userId: "@Alice:localhost" };
	assert.equal(nextStep(ofOld, to, { loginHint: "alice", onlyTheOneMeant: true }).kind, "arrive");
});

test("an older proof than is asked for is asked for again", () => {
	assert.equal(
		addressOfStep(nextStep(alice, to, { proofSince: 1001 })),
		"/login?fresh=1&next=%2Flink%3Fcode%3DBCDF",
	);
	assert.equal(addressOfStep(nextStep(alice, to, { proofSince: 1000 })), "/link?code=BCDF");
	assert.deepEqual(nextStep(alice, to), { kind: "arrive", to });
});

test("a second factor that is missing comes first: at a sign-in while there is time, and everywhere afterwards", () => {
	const address = "/account/second-factor?next=%2Flink%3Fcode%3DBCDF";
	const early = { ...alice, missingFactor: { isOver: false } };
	assert.equal(nextStep(early, to).kind, "arrive");
	assert.equal(addressOfStep(nextStep(early, to, { asksFactor: true })), address);
	const late = { ...alice, missingFactor: { isOver: true } };
	assert.equal(addressOfStep(nextStep(late, to, { proofSince: 9999 })), address);
	assert.equal(nextStep(alice, to, { asksFactor: true }).kind, "arrive");
	const other = nextStep(late, to, { loginHint: "anna", onlyTheOneMeant: true });
	assert.equal(other.kind, "other-account", "whose it would be is settled before");
	for (const page of ["second-factor", "proofs/new-passkey", "proofs/new-codes"] as const)
		assert.equal(nextStep(late, { kind: "page", page }).kind, "arrive", page);
	for (const page of ["proofs", "proofs/remove-codes", "devices", "password"] as const)
		assert.equal(nextStep(late, { kind: "page", page }).kind, "add-factor", page);
});

test("terms that were not agreed to come before every page but those on which somebody refuses, secures or leaves", () => {
	const owing = { ...alice, owesTerms: true };
	assert.equal(addressOfStep(nextStep(owing, to)), "/account/terms?next=%2Flink%3Fcode%3DBCDF");
	for (const page of ["devices", "proofs", "email", "profile"] as const)
		assert.equal(nextStep(owing, { kind: "page", page }).kind, "agree", page);
	assert.equal(nextStep(owing, app).kind, "agree");
	assert.equal(nextStep(owing, { kind: "sso", id: "s" }).kind, "agree");
	for (const page of ["terms", "password", "deactivate", "sign-out-everywhere", "browsers/others"] as const)
		assert.equal(nextStep(owing, { kind: "page", page }).kind, "arrive", page);
	assert.equal(nextStep(owing, { kind: "page", page: "reset" }).kind, "arrive");
	assert.equal(nextStep(owing, { kind: "notice", id: "n" }).kind, "arrive");
	assert.equal(nextStep(owing, { kind: "reset", reference: "r", fromFallback: false }).kind, "arrive");
	assert.equal(nextStep({ ...alice, owesTerms: false }, to).kind, "arrive");
});

test("terms are asked for behind a second factor, and before a proof; whose they would be is settled first", () => {
	const owing = { ...alice, owesTerms: true };
	const late = { ...owing, missingFactor: { isOver: true } };
	assert.equal(nextStep(late, to).kind, "add-factor");
	assert.equal(nextStep(late, { kind: "page", page: "proofs/new-codes" }).kind, "arrive");
	assert.equal(nextStep(owing, to, { proofSince: 9999 }).kind, "agree");
	assert.equal(nextStep(owing, to, { loginHint: "anna", onlyTheOneMeant: true }).kind, "other-account");
	assert.equal(nextStep(undefined, to).kind, "sign-in");
});
