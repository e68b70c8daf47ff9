/*
 * The core's ingest and seal in C: the same records, the same keyed dedup, the same pending bits, the same checksum
 * (core-as/FORMAT.md). A floor for the Wasm core, and nothing else: it can not consume, recover or grow.
 *
 * ingest FRAMES WORKLOAD BATCH SECTION_CALLS COMMIT_CALLS ROUNDS ROUND_MS WARM_UP_MS
 *
 * FRAMES holds u32 producers, u32 frames; then each frame: u32 producer, u32 bytes, the frame. Prints one line for each
 * round: messages, nanoseconds, and messages and nanoseconds of the section in the middle. WORKLOAD `digest` prints the XXH32 of what one section's commits gave, instead.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IN_BYTES 40
#define MESSAGE_BYTES 8
#define SEGMENT_BYTES 32
#define ENTRY_BYTES 16
#define ID_BYTES_MAX 1023
#define HIGH_WORD_MAX 0x1fffff
#define SLOTS 4096
#define ENTRIES_BYTES (1 << 20)
#define NONE 0xffffffffu

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

static u8 *log_bytes;
static u32 *pending;
static u64 origin; /* LSN of log_bytes[0] */
static u32 end, sealed, capacity;
static u32 slots[SLOTS * 2];
static u8 entries[ENTRIES_BYTES];
static u32 entries_used;
static u32 key0, key1;
static u8 *committed;
static u64 unconsumed;

static inline u32 word(const u8 *at) { u32 value; memcpy(&value, at, 4); return value; }
static inline u64 longword(const u8 *at) { u64 value; memcpy(&value, at, 8); return value; }
static inline void put_word(u8 *at, u32 value) { memcpy(at, &value, 4); }
static inline void put_long(u8 *at, u64 value) { memcpy(at, &value, 8); }
static inline u32 padded(u32 bytes) { return (bytes + 7) & ~7u; }
static inline u32 rotl(u32 value, int bits) { return value << bits | value >> (32 - bits); }

static void fail(const char *why) { fprintf(stderr, "ingest: %s\n", why); exit(1); }

static u32 keyed_hash(const u8 *id, u32 bytes, u32 ending) {
  u32 v0 = key0, v1 = key1, v2 = 0x6c796765 ^ key0, v3 = 0x74656462 ^ key1;
#define ROUND(value) do { u32 m = (value); v3 ^= m; \
    v0 += v1; v1 = rotl(v1, 5) ^ v0; v0 = rotl(v0, 16); v2 += v3; v3 = rotl(v3, 8) ^ v2; \
    v0 += v3; v3 = rotl(v3, 7) ^ v0; v2 += v1; v1 = rotl(v1, 13) ^ v2; v2 = rotl(v2, 16); v0 ^= m; } while (0)
  for (u32 at = 0; at < bytes; at += 4) ROUND(word(id + at));
  ROUND(ending);
  v2 ^= 0xff;
  ROUND(0); ROUND(0); ROUND(0);
  return v1 ^ v3;
}

static u32 xxh32(const u8 *at, u32 bytes, u32 seed) {
  const u32 P1 = 0x9e3779b1, P2 = 0x85ebca77, P3 = 0xc2b2ae3d, P4 = 0x27d4eb2f, P5 = 0x165667b1;
  const u8 *stop = at + bytes;
  u32 hash;
  if (bytes >= 16) {
    u32 a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
    for (; at + 16 <= stop; at += 16) {
      a = rotl(a + word(at) * P2, 13) * P1;
      b = rotl(b + word(at + 4) * P2, 13) * P1;
      c = rotl(c + word(at + 8) * P2, 13) * P1;
      d = rotl(d + word(at + 12) * P2, 13) * P1;
    }
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
  } else hash = seed + P5;
  hash += bytes;
  for (; at + 4 <= stop; at += 4) hash = rotl(hash + word(at) * P3, 17) * P4;
  for (; at < stop; at++) hash = rotl(hash + *at * P5, 11) * P1;
  hash = (hash ^ hash >> 15) * P2;
  hash = (hash ^ hash >> 13) * P3;
  return hash ^ hash >> 16;
}

/* The entry of a producer; made when it is new. */
static u8 *entry_of(const u8 *id, u32 id_bytes) {
  u32 tag = id_bytes << 16, bytes = padded(id_bytes);
  u32 hash = keyed_hash(id, bytes, tag);
  u32 slot = hash & (SLOTS - 1);
  for (;; slot = (slot + 1) & (SLOTS - 1)) {
    u32 place = slots[slot * 2 + 1] - 1;
    if (place == NONE) break;
    u8 *entry = entries + place;
    if (slots[slot * 2] == hash && word(entry) == tag && memcmp(entry + ENTRY_BYTES, id, bytes) == 0) return entry;
  }
  if (entries_used + ENTRY_BYTES + bytes > ENTRIES_BYTES) fail("too many producers");
  u8 *entry = entries + entries_used;
  slots[slot * 2] = hash;
  slots[slot * 2 + 1] = entries_used + 1;
  put_word(entry, tag);
  put_word(entry + 4, 0);
  put_long(entry + 8, 1);
  memcpy(entry + ENTRY_BYTES, id, bytes);
  entries_used += ENTRY_BYTES + bytes;
  return entry;
}

/* Zeroes what is left of the 8 bytes that `at` stands in, if it is inside. */
static inline void pad(u8 *base, u32 at) {
  u32 inside = at & 7;
  if (inside == 0) return;
  u8 *place = base + (at - inside);
  put_long(place, longword(place) & ((1ull << (inside * 8)) - 1));
}

/* Is the frame at `at` one whole `in` record of `bytes` bytes? */
static int check(u32 at, u32 bytes) {
  u8 *frame = log_bytes + at;
  u32 tag = word(frame + 4), id_bytes = tag >> 16, count = word(frame + 32);
  if (bytes < IN_BYTES + MESSAGE_BYTES || word(frame) != bytes || (bytes & 7)) return 0;
  if ((tag & 0xffff) != 1 || id_bytes == 0 || id_bytes > ID_BYTES_MAX) return 0;
  u32 head = IN_BYTES + padded(id_bytes);
  if (head + MESSAGE_BYTES > bytes || count == 0 || word(frame + 36) != 0) return 0;
  for (int nth = 0; nth < 3; nth++) if (word(frame + 12 + 8 * nth) > HIGH_WORD_MAX) return 0;
  if (longword(frame + 8) == 0) return 0;
  pad(log_bytes, at + IN_BYTES + id_bytes);
  u32 message = at + head, stop = at + bytes;
  for (; count > 0; count--) {
    if (message >= stop) return 0;
    u32 message_bytes = word(log_bytes + message);
    if (message_bytes < MESSAGE_BYTES || message_bytes > stop - message) return 0;
    if ((word(log_bytes + message + 4) & 0xff) != 2) return 0;
    pad(log_bytes, message + message_bytes);
    message += padded(message_bytes);
  }
  return message == stop;
}

/* Takes a batch of which nothing, all or a part may be a repeat; returns how many messages were new. */
static u32 ingest(u8 *arrived, u32 bytes, u64 first) {
  put_long(arrived + 8, first);
  u32 header = end == sealed ? SEGMENT_BYTES : 0;
  u32 at = end + header;
  if (at + bytes > capacity) fail("the log is full");
  memcpy(log_bytes + at, arrived, bytes);
  if (!check(at, bytes)) fail("a bad frame");
  u8 *frame = log_bytes + at;
  u32 id_bytes = word(frame + 4) >> 16, count = word(frame + 32), head = IN_BYTES + padded(id_bytes);
  u8 *entry = entry_of(frame + IN_BYTES, id_bytes);
  u64 expected = longword(entry + 8);
  if (first > expected) fail("a gap");
  u32 repeats = expected - first < count ? (u32)(expected - first) : count;
  if (repeats == count) return 0;
  if (repeats > 0) {
    u32 kept = at + head;
    for (u32 nth = 0; nth < repeats; nth++) kept += padded(word(log_bytes + kept));
    memmove(log_bytes + at + head, log_bytes + kept, at + bytes - kept);
    bytes -= kept - at - head;
    count -= repeats;
    put_word(frame, bytes);
    put_long(frame + 8, first + repeats);
    put_word(frame + 32, count);
  }
  put_long(entry + 8, first + repeats + count);
  if (header) {
    u8 *segment = log_bytes + end;
    memset(segment, 0, SEGMENT_BYTES);
    put_word(segment, SEGMENT_BYTES);
    put_word(segment + 4, 9 | 1 << 8 | 0xda9cu << 16);
    put_long(segment + 8, origin + end);
  }
  end = at + bytes;
  u32 message = at + head;
  for (u32 nth = 0; nth < count; nth++) {
    put_word(log_bytes + message + 4, 2 | ((message - at) >> 3) << 8);
    pending[message >> 8] |= 1u << ((message >> 3) & 31);
    message += padded(word(log_bytes + message));
  }
  unconsumed += count;
  return count;
}

/* Seals what is open, and copies it out. Returns the bytes. */
static u32 commit(void) {
  if (end == sealed) return 0;
  u8 *segment = log_bytes + sealed;
  u32 bytes = end - sealed, body = bytes - SEGMENT_BYTES;
  put_word(segment + 16, body);
  put_word(segment + 20, xxh32(segment, 20, xxh32(segment + SEGMENT_BYTES, body, 0)));
  memcpy(committed, segment, bytes);
  sealed = end;
  return bytes;
}

/* Drops all, as if it had been consumed. */
static void settle(void) {
  memset(pending, 0, (capacity >> 6) + 4);
  origin += end;
  end = sealed = 0;
  unconsumed = 0;
}

static u64 now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (u64)now.tv_sec * 1000000000u + now.tv_nsec;
}

#define SECTIONS_MAX (1 << 16)
static u64 sections_ns[SECTIONS_MAX];
static int by_length(const void *one, const void *other) {
  u64 a = *(const u64 *)one, b = *(const u64 *)other;
  return (a > b) - (a < b);
}

typedef struct { u32 producer, bytes; u8 *frame; } Arrival;

int main(int argc, char **argv) {
  if (argc != 9) fail("eight arguments are expected");
  const char *workload = argv[2];
  u32 batch = atoi(argv[3]), section_calls = atoi(argv[4]), commit_calls = atoi(argv[5]), rounds = atoi(argv[6]);
  double round_ms = atof(argv[7]), warm_up_ms = atof(argv[8]);
  int copies = strcmp(workload, "memcpy") == 0, digests = strcmp(workload, "digest") == 0;
  int offers = strcmp(workload, "ingest-duplicates") == 0 ? 2 : 1;

  FILE *file = fopen(argv[1], "rb");
  u32 header[2];
  if (!file || fread(header, 4, 2, file) != 2 || section_calls > header[1]) fail("the frames can't be read");
  Arrival *arrivals = calloc(header[1], sizeof(Arrival));
  u64 *next = calloc(header[0], sizeof(u64));
  for (u32 nth = 0; nth < header[0]; nth++) next[nth] = 1;
  u32 section_bytes = 0;
  for (u32 nth = 0; nth < header[1]; nth++) {
    u32 facts[2];
    if (fread(facts, 4, 2, file) != 2 || facts[0] >= header[0]) fail("the frames can't be read");
    arrivals[nth] = (Arrival){facts[0], facts[1], malloc(facts[1])};
    if (fread(arrivals[nth].frame, 1, facts[1], file) != facts[1]) fail("the frames can't be read");
    section_bytes += facts[1];
  }
  for (int at = 0; at < 16; at++) { /* the key of the contenders' limits */
    u32 byte = (at * 37 + 11) & 0xff;
    if (at % 8 < 4) key0 ^= byte << (at % 4 * 8); else key1 ^= byte << (at % 4 * 8);
  }
  capacity = section_bytes * offers + (section_calls + 2) * SEGMENT_BYTES + (1 << 16);
  log_bytes = calloc(capacity, 1);
  committed = calloc(capacity, 1);
  pending = calloc((capacity >> 6) + 64, 1);

  u32 digest = 0;
  for (int round = digests ? 0 : -1; round < (digests ? 1 : (int)rounds); round++) {
    double budget_ns = (round < 0 ? warm_up_ms : digests ? 0 : round_ms) * 1e6;
    u64 elapsed_ns = 0, messages = 0;
    u32 sections = 0;
    do {
      if (!digests || round > 0) settle();
      u64 accepted = 0, committed_bytes = 0, started_ns = now_ns();
      u32 copied = 0;
      for (u32 call = 0; call < section_calls; call++) {
        Arrival *arrival = &arrivals[call];
        if (copies) {
          memcpy(log_bytes + copied, arrival->frame, arrival->bytes);
          copied += arrival->bytes;
          continue;
        }
        u64 *first = &next[arrival->producer];
        for (int nth = 0; nth < offers; nth++) accepted += ingest(arrival->frame, arrival->bytes, *first);
        *first += batch;
        if (commit_calls && (call + 1) % commit_calls == 0) {
          u32 bytes = commit();
          committed_bytes += bytes;
          if (digests) digest = xxh32(committed, bytes, digest);
        }
      }
      if (commit_calls && section_calls % commit_calls) {
        u32 bytes = commit();
        committed_bytes += bytes;
        if (digests) digest = xxh32(committed, bytes, digest);
      }
      /* Copies that nobody looks at would be left out. */
      __asm__ volatile("" : : "r"(log_bytes), "r"(committed) : "memory");
      u64 section_ns = now_ns() - started_ns;
      elapsed_ns += section_ns;
      if (sections < SECTIONS_MAX) sections_ns[sections++] = section_ns;
      u64 wanted = (u64)section_calls * batch;
      if (!copies && (accepted != wanted || unconsumed != wanted)) fail("less was done than asked for");
      if (commit_calls && committed_bytes < wanted) fail("less was committed than asked for");
      messages += wanted * offers;
    } while (elapsed_ns < budget_ns);
    qsort(sections_ns, sections, sizeof(u64), by_length);
    if (round >= 0 && !digests)
      printf("%llu %llu %llu %llu\n", (unsigned long long)messages, (unsigned long long)elapsed_ns,
        (unsigned long long)section_calls * batch * offers, (unsigned long long)sections_ns[sections / 2]);
  }
  if (digests) printf("%u\n", digest);
  return 0;
}
