import { readFileSync } from "node:fs";
import type { SeededDevice } from "../seed.ts";
import { familyCpuMicros } from "./processor.ts";
import { casesOf, type Side } from "./side.ts";

/** Where a server is that somebody has built and filled, and what is needed to ask it. */
export interface OtherServer {
	/** Of `http://`, without a path. */
	readonly url: string;
	/** What its homeserver presents. */
	readonly secret: string;
	/** A file of one client's sessions: in each line an access token, a blank, and the refresh token beside it. */
	readonly tokens: string;
	readonly clientId: string;
	/** Processes whose processor time counts, with all they start: its own, and the database's. */
	readonly pids: readonly number[];
	readonly databasePids: readonly number[];
}

/** @see docs/benchmarks.md */
export function otherSide({ url, secret, tokens, clientId, pids, databasePids }: OtherServer): Side {
	const { hostname, port } = new URL(url);
	return {
		name: url,
		asked: { host: hostname, ports: [Number(port)] },
		cases: casesOf({ clientId, introspectionSecret: secret, devices: readTokens(tokens) }),
		cpuMicros: () => ({ server: familyCpuMicros(pids), database: familyCpuMicros(databasePids) }),
		stop: async () => {},
	};
}

function readTokens(file: string): readonly SeededDevice[] {
	const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
	return lines.map((line, at) => {
		const [accessToken, refreshToken] = line.split(" ");
		if (!accessToken || !refreshToken) throw new Error(`line ${at + 1} of ${file} has no two tokens`);
		return { userId: "", deviceId: "", accessToken, refreshToken };
	});
}
