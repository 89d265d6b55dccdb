import { after, before, describe, test } from "node:test";
import { type RunningServer, startServer } from "../support/server.ts";
import { rustApproved, rustRefused } from "./rust-sequence.ts";

describe("what the Rust SDK removes on the way to a reset", () => {
	let server: RunningServer;
	before(async () => {
		server = await startServer();
	});
	after(() => server.close());

	for (const release of ["0.18", "0.19"] as const) {
		const place = () => ({ server, accounts: server.url, release });
		test(`is back after a refusal (${release})`, () => rustRefused(place()));
		test(`is kept after an approval, with what opens it (${release})`, () => rustApproved(place()));
	}
});
