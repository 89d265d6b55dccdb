import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedClients } from "./allowed-clients.ts";
import type { ClientMetadata } from "./client-metadata.ts";

const of = (client_uri: string, id = "01J00000000000000000000000") => ({
	id,
	metadata: { client_uri } as ClientMetadata,
});

test("where nobody is named every app may begin, and where the list is empty none", () => {
	assert.equal(allowedClients(undefined)(of("https://app.example/")), true);
	assert.equal(allowedClients([])(of("https://app.example/")), false);
});

test("a host stands for itself and what is below it, and for nothing that looks like it", () => {
	const may = allowedClients(["element.io", "01JAAAAAAAAAAAAAAAAAAAAAAA"]);
	for (const uri of ["https://element.io/", "https://app.element.io/x", "https://ELEMENT.io/"])
		assert.equal(may(of(uri)), true, uri);
	for (const uri of [
		...["https://notelement.io/", "https://element.io.evil.example/", "https://evil.example/element.io"],
		...[
			"https://element.io@evil.example/",
			"https://evil.example/?.element.io",
			"https://io/",
			"not an address",
		],
	])
		assert.equal(may(of(uri)), false, uri);
	assert.equal(may(of("https://other.example/", "01JAAAAAAAAAAAAAAAAAAAAAAA")), true, "by its id");
});
