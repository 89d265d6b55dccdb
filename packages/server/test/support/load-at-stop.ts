/** Apps that sync and refresh as fast as a short pause lets them, whatever becomes of the answers on the way. */
import type { MovingDevice } from "./move-world.ts";
import { call } from "./server.ts";
import { until } from "./until.ts";

export interface Load {
	/** Resolves once each app has got so many new pairs of tokens more. */
	refreshed(times: number): Promise<void>;
	/** Resolves once each app has missed so many answers to a refresh. */
	lost(times: number): Promise<void>;
	/** What an app was told that it cannot go on from; empty where all of them went on. */
	readonly ends: readonly string[];
	/** Resolves with the tokens that each has now. */
	stop(): Promise<readonly MovingDevice[]>;
}

interface App {
	device: MovingDevice;
	refreshed: number;
	lost: number;
}

const pauseMs = 50;

export function startLoad(url: string, devices: readonly MovingDevice[]): Load {
	const apps = devices.map((device): App => ({ device, refreshed: 0, lost: 0 }));
	const ends: string[] = [];
	let isOver = false;
	const run = async (app: App) => {
		while (!isOver && ends.length === 0) {
			const end = (await sync(url, app)) ?? (await refresh(url, app));
			if (end !== undefined) ends.push(`${app.device.deviceId}: ${end}`);
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		}
	};
	const running = apps.map(run);
	const all = (isSo: (app: App) => boolean) =>
		until(() => {
			if (ends.length > 0) throw new Error(ends.join("\n"));
			return apps.every(isSo);
		});
	return {
		ends,
		async refreshed(times) {
			const wanted = new Map(apps.map((app) => [app, app.refreshed + times]));
			await all((app) => app.refreshed >= (wanted.get(app) ?? 0));
		},
		lost: (times) => all((app) => app.lost >= times),
		async stop() {
			isOver = true;
			await Promise.all(running);
			return apps.map(({ device }) => device);
		},
	};
}

/** Undefined where nobody answered, as far as an app can tell. */
async function ask(...request: Parameters<typeof call>) {
	try {
		const answer = await call(...request);
		return answer.status >= 500 ? undefined : answer;
	} catch {
		return undefined;
	}
}

/** An app goes on after a soft logout, with a refresh; after any other it forgets its keys. */
async function sync(url: string, { device }: App): Promise<string | undefined> {
	const answer = await ask(url, device.accessToken, { method: "GET", path: "sync?timeout=0" });
	const mayGoOn = answer === undefined || answer.status === 200 || answer.body.soft_logout === true;
	return mayGoOn ? undefined : `sync: ${answer.status} ${JSON.stringify(answer.body)}`;
}

async function refresh(url: string, app: App): Promise<string | undefined> {
	const body = { refresh_token: app.device.refreshToken };
	const answer = await ask(url, "", { method: "POST", path: "refresh", body });
	if (answer === undefined) {
		app.lost += 1;
		return undefined;
	}
	if (answer.status !== 200) return `refresh: ${answer.status} ${JSON.stringify(answer.body)}`;
	const { access_token: accessToken, refresh_token: refreshToken } = answer.body;
	app.device = { ...app.device, accessToken, refreshToken };
	app.refreshed += 1;
	return undefined;
}
