/** People and apps come over https: doctor looks at the certificates as they do. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { type Certificates, createCertificates, needsCertificates } from "../support/certificates.ts";
import { names } from "../support/doctor-command.ts";
import { type DoctorWorld, openDoctorWorld } from "../support/doctor-world.ts";
import { needsNginx } from "../support/nginx.ts";
import { needsSynapse } from "../support/synapse.ts";

const skip = needsSynapse.skip || needsNginx.skip || needsCertificates.skip;

describe("over https, doctor", { skip }, () => {
	let certificates: Certificates;
	let world: DoctorWorld;
	before(async () => {
		certificates = await createCertificates();
		await certificates.issue("localhost", 90);
		world = await openDoctorWorld({ certificates: certificates.folder });
	});
	after(async () => {
		await world[Symbol.asyncDispose]();
		await rm(certificates.folder, { recursive: true });
	});

	const shown = async () => {
		await world.proxy();
		return world.doctor();
	};

	test("finds nothing where the certificates are good", async () => {
		const { wrong, code, text } = await world.doctor();
		assert.deepEqual(wrong, [], text);
		assert.equal(code, 0);
		assert.match(text, /"check": "certificate",\s+"verdict": "ok"/);
	});

	const both = ["problem certificate", "problem certificate"];

	test("names a certificate that has ended", async () => {
		await certificates.issue("localhost", -1);
		names(await shown(), both, /CERT_HAS_EXPIRED \| renew the certificate of localhost/);
	});

	test("names a certificate that ends soon, while everything still works", async () => {
		await certificates.issue("localhost", 5);
		const examined = await shown();
		const soon = ["warning certificate", "warning certificate"];
		names(examined, soon, /it ends in 4 days \| renew the certificate of localhost/);
		assert.equal(examined.code, 0);
	});

	test("names a certificate for another host", async () => {
		await certificates.issue("old.example", 90);
		names(
			await shown(),
			both,
			/ERR_TLS_CERT_ALTNAME_INVALID \| give the proxy a certificate that names localhost/,
		);
	});

	test("names a certificate that nobody believes", async () => {
		await certificates.issueUnsigned("localhost");
		names(await shown(), both, /DEPTH_ZERO_SELF_SIGNED_CERT \| .*fullchain\.pem.*NODE_EXTRA_CA_CERTS/);
	});
});
