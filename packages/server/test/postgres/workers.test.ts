/** One server of several workers, as it is run: one port, one limit, one runner of jobs; any of them may die. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { runToEnd } from "../support/child-server.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { call, type LoggedInDevice, loginDevice, password } from "../support/server.ts";
import { until } from "../support/until.ts";
import { isAlive, linesOf, startWorkers, type Workers } from "../support/workers.ts";

describe("two workers on one PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	let data: string;
	let database: string;
	let server: Workers;
	let phone: LoggedInDevice;
	before(async () => {
		cluster = await startCluster();
		data = await mkdtemp(join(tmpdir(), "countersign-workers-"));
		({ url: database } = await createDatabase(cluster.url("postgres")));
		server = await startWorkers({ DATA: data, DATABASE: database });
		const browser = createFormBrowser(server.url);
		await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
		phone = await loginDevice(server.url, { localpart: "alice", browser });
	});
	after(async () => {
		await server[Symbol.asyncDispose]();
		await cluster.stop();
		await rm(data, { recursive: true, force: true });
	});

	/** On a connection of its own, which any worker may have. */
	async function get(
		path: string,
		accessToken = phone.accessToken,
	): Promise<{ status: number; text: string }> {
		const asked = request({
			...{ host: "127.0.0.1", port: server.port, path, agent: false },
			headers: { authorization: `Bearer ${accessToken}` },
		});
		asked.end();
		const [answer] = (await once(asked, "response")) as [IncomingMessage];
		const text = (await answer.setEncoding("utf8").toArray()).join("");
		return { status: answer.statusCode ?? 0, text };
	}
	const linesFrom = (from: number) => server.lines().slice(from);
	const whoami = "/_matrix/client/v3/account/whoami";
	const deadEvents = () =>
		onDatabase(database, async (client) => {
			const { rowCount } = await client.query("SELECT 1 FROM security_events WHERE at = 1");
			return rowCount ?? 0;
		});
	const addDeadEvent = () =>
		onDatabase(database, (client) =>
			client.query(
				"INSERT INTO security_events (id, account_id, at, kind, detail) SELECT $1, account_id, 1, kind, detail FROM security_events LIMIT 1",
				[randomUUID()],
			),
		);

	test("all of them answer, and the log says who, in one stream", async () => {
		const from = server.lines().length;
		const answeredBy = () => new Set(linesFrom(from).map(({ worker }) => worker));
		await until(async () => {
			const answers = await Promise.all(Array.from({ length: 8 }, () => get(whoami)));
			assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
			return answeredBy().size === 2;
		});
		assert.deepEqual([...answeredBy()].toSorted(), [1, 2]);
	});

	test("a limit is one, whoever counts", async () => {
		const from = server.lines().length;
		const guess = async (username: string) => {
			const stranger = createFormBrowser(server.url);
			const page = await stranger.open("/login");
			return (await stranger.press(page, "Sign in", { username, password: "wrong horse battery" })).status;
		};
		let rounds = 0;
		await until(async () => {
			const name = `nobody${rounds++}`;
			const answers = await Promise.all(Array.from({ length: 16 }, () => guess(name)));
			const count = (wanted: number) => answers.filter((status) => status === wanted).length;
			assert.deepEqual([count(403), count(429)], [5, 11]);
			const posts = linesFrom(from).filter(({ method }) => method === "POST");
			return new Set(posts.map(({ worker }) => worker)).size === 2;
		});
	});

	test("a sync held open at one is answered when something is written at the other", async () => {
		const path = `user/${encodeURIComponent(phone.userId)}/account_data/org.example.note`;
		let rounds = 0;
		await until(async () => {
			const from = server.lines().length;
			const since = JSON.parse((await get("/_matrix/client/v3/sync")).text).next_batch;
			const held = get(`/_matrix/client/v3/sync?timeout=30000&since=${since}`);
			const body = { round: rounds++ };
			const put = await call(server.url, phone.accessToken, { method: "PUT", path, body });
			assert.equal(put.status, 200);
			assert.match((await held).text, /org\.example\.note/);
			await until(() => linesFrom(from).length >= 3);
			const [, ...both] = linesFrom(from);
			return new Set(both.map(({ worker }) => worker)).size === 2;
		});
	});

	test("jobs run in one of them, and in the one that takes its place", async () => {
		await addDeadEvent();
		await server.replaced(2);
		assert.equal(await deadEvents(), 1, "a runner of jobs deletes it as soon as it starts");
		await server.replaced(1);
		await until(async () => (await deadEvents()) === 0);
	});

	test("one that is killed is replaced, others answer meanwhile, and the log says so", async () => {
		const gone = server.pidOf(2);
		const from = server.lines().length;
		const replaced = server.replaced(2);
		for (let asked = 0; asked < 20; asked++) assert.equal((await get(whoami)).status, 200);
		await replaced;
		assert.equal(isAlive(gone), false);
		const said = server
			.lines()
			.slice(from)
			.find(({ msg }) => msg.startsWith("a worker ended"));
		const { level, worker, pid, signal, msg } = said ?? assert.fail("nothing was said");
		assert.deepEqual(
			{ level, worker, pid, signal, msg },
			{
				level: "error",
				worker: 2,
				pid: gone,
				signal: "SIGKILL",
				msg: "a worker ended; another takes its place",
			},
		);
	});

	test("one that is stuck keeps nobody who comes", async () => {
		const stuck = server.pidOf(1);
		process.kill(stuck, "SIGSTOP");
		const answers = await Promise.all(Array.from({ length: 12 }, () => get(whoami)));
		assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
		await server.replaced(1);
	});

	test("the metrics are of all of them, and no count goes down when one dies", async () => {
		const read = async () => {
			const { text } = await get("/metrics");
			const sampleOf = (name: string) =>
				Number(
					text
						.split("\n")
						.find((line) => line.startsWith(`${name} `))
						?.split(" ")[1],
				);
			const requests = text.matchAll(
				/^countersign_request_seconds_count\{class="homeserver",method="GET",status="200"\} (\d+)/gm,
			);
			return {
				asked: [...requests].reduce((sum, [, count]) => sum + Number(count), 0),
				workers: sampleOf("countersign_workers"),
				ends: sampleOf("countersign_worker_ends_total"),
				memory: sampleOf("countersign_memory_bytes"),
			};
		};
		const first = await read();
		assert.equal(first.workers, 2);
		for (let asked = 0; asked < 10; asked++) await get(whoami);
		const second = await read();
		assert.equal(second.asked - first.asked, 10);
		await server.replaced(1);
		const third = await read();
		assert.deepEqual([third.asked, third.ends - second.ends, third.workers], [second.asked, 1, 2]);
		await server.replaced(2);
		await get(whoami);
		assert.equal((await read()).asked, second.asked + 1);
		assert.ok(first.memory > 1e8, "of three processes");
	});

	test("a port that is taken is said once, and nothing stays behind", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		const { port } = other.address() as AddressInfo;
		const { code, stderr } = await runToEnd({ DATA: data, DATABASE: database, PORT: `${port}` }, [
			"--workers",
			"2",
		]);
		other.close();
		const taken = `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another with COUNTERSIGN_PORT.\n`;
		const said = stderr
			.split("\n")
			.filter((line) => !line.startsWith("{"))
			.join("\n");
		assert.deepEqual([code, said], [1, taken]);
	});

	test("where one cannot start again, time after time, the whole server ends and says why", async () => {
		const { url } = await createDatabase(cluster.url("postgres"));
		const other = await startWorkers({ DATA: data, DATABASE: url, SERVER_NAME: "ours.example.org" });
		await onDatabase(url, (client) =>
			client.query("UPDATE settings SET value = 'theirs.example.org' WHERE name = 'server-name'"),
		);
		const [one, two] = [other.pidOf(1), other.pidOf(2)];
		process.kill(one, "SIGKILL");
		const { code, stderr } = await other.ended;
		assert.equal(code, 1);
		assert.match(
			stderr,
			/^The server ends: .* belongs to a server with another name than ours\.example\.org/m,
		);
		const ends = linesOf(stderr).filter(({ msg }) => msg.startsWith("a worker ended"));
		assert.equal(ends.length, 6, "the one that was killed, and five that did not start");
		assert.deepEqual([isAlive(one), isAlive(two)], [false, false]);
	});

	test("while the database is away a worker that died is waited for as long as it takes", async () => {
		const { url } = await createDatabase(cluster.url("postgres"));
		const name = new URL(url).pathname.slice(1);
		await using other = await startWorkers({ DATA: data, DATABASE: url });
		const admit = (may: boolean) =>
			onDatabase(cluster.url("postgres"), (client) =>
				client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${may}`),
			);
		await admit(false);
		const before = other.pidOf(2);
		process.kill(before, "SIGKILL");
		const ends = () => other.lines().filter(({ msg }) => msg.startsWith("a worker ended"));
		await until(() => ends().length > 6);
		await admit(true);
		await until(() => other.pidOf(2) !== before);
	});

	test("where the first process is killed the workers end too, and the port is free", async () => {
		const other = await startWorkers({ DATA: data, DATABASE: database });
		const pids = [1, 2].map(other.pidOf);
		other.signal("SIGKILL");
		await other.ended;
		await until(() => !pids.some(isAlive));
		const refused = connect(other.port, "127.0.0.1");
		const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
		assert.equal(error.code, "ECONNREFUSED");
	});

	test("SIGTERM to all of them at once has everybody answered, and all end well", async () => {
		const pids = [1, 2].map(server.pidOf);
		const posts = await Promise.all(
			Array.from({ length: 8 }, (_, at) => openRegistration(server.port, `App ${at}`)),
		);
		const answers = posts.map(async ({ asked }) => {
			const [answer] = (await once(asked, "response")) as [IncomingMessage];
			answer.resume();
			return answer.statusCode;
		});
		for (const pid of pids) process.kill(pid, "SIGTERM");
		server.signal("SIGTERM");
		await until(() => server.said().includes("Finishing"));
		for (const { asked, body } of posts) asked.end(body);
		assert.deepEqual([...new Set(await Promise.all(answers))], [201]);
		assert.equal((await server.ended).code, 0);
		assert.deepEqual(pids.filter(isAlive), []);
	});
});

/** A registration that a worker has accepted and that waits for its body. */
async function openRegistration(port: number, name: string) {
	const body = JSON.stringify({
		...{
			client_name: name,
			client_uri: "https://app.example/",
			redirect_uris: ["http://127.0.0.1/callback"],
		},
		...{ application_type: "native", token_endpoint_auth_method: "none", response_types: ["code"] },
		grant_types: ["authorization_code", "refresh_token"],
	});
	const asked = request({
		...{ host: "127.0.0.1", port, path: "/oauth2/registration", method: "POST", agent: false },
		headers: { "content-type": "application/json", "content-length": body.length, expect: "100-continue" },
	});
	asked.flushHeaders();
	await once(asked, "continue");
	return { asked, body };
}
