const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/**
 * How much one person may keep here. All share one disk, and anybody may be able to register: far above what apps
 * need, far below what harms the others.
 */
export const quotas = {
	/** Devices of one person, the dehydrated one too. Each costs everybody who writes to the person. */
	devices: 200,
	/** Messages that wait for one device, and their bytes. Beyond that whoever has most in it gives way. */
	waiting: { messages: 5_000, bytes: 32 * mebibyte },
	/** The share of that which one sender may take: nobody can leave a device without room for the others. */
	waitingFromOne: { messages: 1_000, bytes: 6 * mebibyte },
	/** Sends that are remembered of one device for a day, so that a repeated one does nothing. */
	sendsPerDay: 20_000,
	/** Types of account data, and the bytes of their contents. */
	accountData: { types: 1_000, bytes: 16 * mebibyte },
	filters: 100,
	/** Versions of the key backup that are not deleted. */
	backups: 50,
	/** Keys in all of these versions. All keys of one are read at once to be sent. */
	backedUpKeys: 50_000,
	/** The encrypted part of one of them; apps need about one. */
	backedUpKeyBytes: 4 * kibibyte,
	/** One-time keys of one device; apps keep about a hundred. */
	oneTimeKeys: 1_000,
	/** One of them, or a fallback key, signatures included; apps need about a quarter of one. */
	oneTimeKeyBytes: 2 * kibibyte,
	/** Algorithms with a fallback key on one device. */
	fallbackKeys: 10,
	/** Answers held back for one session at a time; the oldest is given when another begins. */
	openSyncs: 4,
} as const;
