import type { TestContext } from "node:test";
import {
	type ApprovalChallenge,
	type UploadWithApprovalOptions,
	uploadWithApproval,
} from "../../src/index.ts";
import { type Answer, type ScriptedServer, type Seen, scriptedServer } from "./scripted-server.ts";
import { type VirtualTime, virtualTime } from "./virtual-time.ts";

const key = (usage: string, value: string) => ({
	user_id: "@alice:example.org",
	usage: [usage],
	keys: { [`ed25519:${value}`]: value },
});

export const keys = {
	master_key: key("master", "sL9cKvpMK8LMs9RMDu+D8CBq43PynLaO5HP0nUIhpIU"),
	self_signing_key: key("self_signing", "YKPNvV8lnWFrYAk1+TkVd3GUnGyzJdmFGVEtGy8JVXw"),
};

/** A challenge with both stage names, as servers send during the migration. */
export function challenge(changes: object = {}, url = "http://auth.example/reset/1"): Answer {
	const body = {
		session: "S1",
		flows: [{ stages: ["m.oauth"] }, { stages: ["org.matrix.cross_signing_reset"] }],
		params: { "m.oauth": { url }, "org.matrix.cross_signing_reset": { url } },
		...changes,
	};
	return { status: 401, body };
}

export const stored: Answer = { status: 200, body: {} };

/** An upload that runs in virtual time against a real server. */
export interface Uploading {
	readonly outcome: ReturnType<typeof uploadWithApproval>;
	readonly server: ScriptedServer;
	readonly time: VirtualTime;
	/** What was presented. */
	readonly shown: ApprovalChallenge[];
	/** When each request came, in milliseconds from the start. */
	readonly askedAt: number[];
	/** The `auth` member of each request. */
	auths(): unknown[];
}

/** Starts an upload against the given answers. Jitter is nil, so that later looks come 3 s apart. */
export async function uploading(
	t: TestContext,
	script: readonly Answer[] | ((seen: Seen, nth: number) => Answer),
	options: Partial<UploadWithApprovalOptions> = {},
	time = virtualTime(),
): Promise<Uploading> {
	const askedAt: number[] = [];
	const shown: ApprovalChallenge[] = [];
	const server = await scriptedServer(t, (seen, nth) => {
		askedAt.push(time.elapsed());
		if (typeof script === "function") return script(seen, nth);
		return script.at(nth) ?? script.at(-1) ?? "drop";
	});
	const outcome = uploadWithApproval({
		homeserver: server.url,
		accessToken: async () => "AT",
		keys,
		present: (one) => void shown.push(one),
		now: time.now,
		sleep: time.sleep,
		jitter: () => 0,
		...options,
	});
	// A test may look at other things first; the outcome is asserted later.
	outcome.catch(() => {});
	const auths = () => server.seen.map(({ body }): unknown => JSON.parse(body).auth);
	return { outcome, server, time, shown, askedAt, auths };
}
