import assert from "node:assert/strict";
import { test } from "node:test";
import { createSubjectOf } from "./index.ts";
import { subjectOf } from "./subject.ts";

test("an id in hexadecimal is one, in whichever case it is written, and another one is kept as it is", () => {
	const of = (id: string) => subjectOf({ idAttribute: "entryUUID" }, id);
	const uuid = "00ff7fc3-28a9-4bc8-80e2-9f41d8c2b0fe";
	assert.equal(of(uuid.toUpperCase()), uuid);
	assert.equal(of("66446001-1DD211B2-AA3BD8CC-B1EE2E0A"), "66446001-1dd211b2-aa3bd8cc-b1ee2e0a");
	for (const id of ["E123", "dEADbEEF", `x${uuid.toUpperCase()}`]) assert.equal(of(id), id);
});

test("an id of Active Directory is sixteen bytes, and nothing that only looks like one", () => {
	const of = (id: string) => subjectOf({ idAttribute: "ObjectGUID" }, id);
	assert.equal(of("00FF7FC328A9C3BC80E29F41D8C2B0FE"), "00ff7fc328a9c3bc80e29f41d8c2b0fe");
	for (const id of [
		...["", "00ff", "00ff7fc328a9c3bc80e29f41d8c2b0fe00", "00ff7fc328a9c3bc80e29f41d8c2b0fg"],
		...["c37fff00-a928-bcc3-80e2-9f41d8c2b0fe", "alice"],
	])
		assert.equal(of(id), undefined, id);
});

test("of other services who somebody is there is kept as it is said", () => {
	const of = createSubjectOf({ idAttribute: "objectGUID" });
	assert.equal(of("company", "S-1"), "S-1");
	assert.equal(of("ldap", "S-1"), undefined);
	assert.equal(createSubjectOf(undefined)("ldap", "S-1"), "S-1", "there is no directory");
});
