// The same job by hand for one kind of processor, as a contender of tools/bench/bench.ts: a line of batches in, a line of
// times out. It is the event engine's method (sums of four spikes from a table) in AVX-512, where a table of 16 sums is one
// register. It shows how far from the machine's limit portable WebAssembly stays.
//   g++ -O3 -march=native -std=c++17 -pthread -o bench_avx512 bench_avx512.cpp && ./bench_avx512 DATA_FOLDER THREADS
#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using Floats = __m512;
using Words = __m512i;

constexpr int T = 100, VECTORS = 7, STEPS = 16 * VECTORS;  // 112 steps are computed, 100 count
constexpr int PIXELS = 784, NEURONS = 10, SHARES = 16, STEP_TABLES = T / 4;

struct Data {
  std::vector<uint8_t> images, labels;
};

static std::vector<uint8_t> readIdx(const std::string &path, size_t header) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "expected " << path << ", found no such file\n";
    std::exit(1);
  }
  std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
  return {bytes.begin() + header, bytes.end()};
}

/// 16 streams of xoshiro128+ (Blackman and Vigna), seeded by splitmix64.
class Dice {
 public:
  explicit Dice(uint64_t seed) {
    alignas(64) uint32_t words[4][16];
    for (auto &row : words)
      for (auto &word : row) {
        uint64_t z = seed += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        word = uint32_t((z ^ (z >> 31)) >> 16);
      }
    for (int i = 0; i < 4; i++) s[i] = _mm512_load_si512(words[i]);
  }

  /// 64 throws of a pixel: bit i is set with probability pixel / 255. A byte equal to the pixel throws again.
  uint64_t fires(uint8_t pixel) {
    if (pixel == 255) return ~0ull;
    const Words limit = _mm512_set1_epi8(char(pixel));
    uint64_t fired = 0, open = ~0ull;
    for (int again = 0; open && again < 4; again++) {
      const Words bytes = next();
      fired |= open & _mm512_cmplt_epu8_mask(bytes, limit);
      open &= _mm512_cmpeq_epu8_mask(bytes, limit);
    }
    return fired;
  }

 private:
  Words s[4];

  Words next() {
    const Words out = _mm512_add_epi32(s[0], s[3]), t = _mm512_slli_epi32(s[1], 9);
    s[2] = _mm512_xor_si512(s[2], s[0]);
    s[3] = _mm512_xor_si512(s[3], s[1]);
    s[1] = _mm512_xor_si512(s[1], s[2]);
    s[0] = _mm512_xor_si512(s[0], s[3]);
    s[2] = _mm512_xor_si512(s[2], t);
    s[3] = _mm512_rol_epi32(s[3], 11);
    return out;
  }
};

/// The 16 sums of four numbers: lane i holds the sum of those whose bit is set in i.
static inline Floats sums(float a, float b, float c, float d) {
  Floats all = _mm512_maskz_mov_ps(0xAAAA, _mm512_set1_ps(a));
  all = _mm512_mask_add_ps(all, 0xCCCC, all, _mm512_set1_ps(b));
  all = _mm512_mask_add_ps(all, 0xF0F0, all, _mm512_set1_ps(c));
  return _mm512_mask_add_ps(all, 0xFF00, all, _mm512_set1_ps(d));
}

/// Weights with Adam's moments, and their gradient in parts, one of each share.
struct Parameters {
  static constexpr int COUNT = NEURONS * PIXELS;
  alignas(64) float weight[COUNT], m[COUNT], square[COUNT], gradient[SHARES][COUNT];

  /// One step of Adam with learning rate 1e-3 for some of the weights.
  void adam(int from, int to, int step) {
    const Floats rate = _mm512_set1_ps(float(1e-3 / (1 - std::pow(0.9, step))));
    const Floats scale = _mm512_set1_ps(float(1 / std::sqrt(1 - std::pow(0.999, step))));
    for (int p = from; p < to; p += 16) {
      Floats g = _mm512_setzero_ps();
      for (auto &part : gradient) g = _mm512_add_ps(g, _mm512_load_ps(part + p));
      Floats mean = _mm512_load_ps(m + p), power = _mm512_load_ps(square + p);
      mean = _mm512_fmadd_ps(_mm512_sub_ps(g, mean), _mm512_set1_ps(0.1f), mean);
      power = _mm512_fmadd_ps(_mm512_sub_ps(_mm512_mul_ps(g, g), power), _mm512_set1_ps(0.001f), power);
      _mm512_store_ps(m + p, mean);
      _mm512_store_ps(square + p, power);
      const Floats root = _mm512_fmadd_ps(_mm512_sqrt_ps(power), scale, _mm512_set1_ps(1e-8f));
      const Floats change = _mm512_div_ps(_mm512_mul_ps(rate, mean), root);
      _mm512_store_ps(weight + p, _mm512_sub_ps(_mm512_load_ps(weight + p), change));
    }
  }
};

/// One image, forward and back. The ten neurons are the first ten of 16 lanes.
struct Network {
  alignas(64) uint32_t spikes[4][PIXELS + 16];  // [32 steps][lit pixel]
  alignas(64) float h[STEPS][16], dx[STEPS + 4][16];
  int lit[PIXELS + 16], count;
  float rates[16];
  alignas(64) Words patterns[PIXELS / 4 + 1][VECTORS];  // of four pixels, one number below 16 per step
  alignas(64) float input[16][STEPS];
  alignas(64) float table[STEP_TABLES][NEURONS][16];
  static Parameters weights;  // [neuron][pixel]

  void draw(const uint8_t *image, Dice dice) {
    count = 0;
    for (int p = 0; p < PIXELS; p++)
      if (image[p]) lit[count++] = p;
    for (int i = 0; i < count; i++) {
      const uint64_t first = dice.fires(image[lit[i]]), second = dice.fires(image[lit[i]]) & ((1ull << (T - 64)) - 1);
      spikes[0][i] = uint32_t(first);
      spikes[1][i] = uint32_t(first >> 32);
      spikes[2][i] = uint32_t(second);
      spikes[3][i] = uint32_t(second >> 32);
    }
    for (int i = count; i < count + 16; i++) {  // pixels that make the last vector whole and never fire
      lit[i] = 0;
      for (auto &word : spikes) word[i] = 0;
    }
  }

  /// v + (x - v) / 2, and whether that fires.
  static inline __mmask16 charge(Floats &v, Floats x) {
    v = _mm512_fmadd_ps(_mm512_sub_ps(x, v), _mm512_set1_ps(0.5f), v);
    return _mm512_cmp_ps_mask(v, _mm512_set1_ps(1), _CMP_GE_OQ);
  }

  /// dL/dx of a step, which is dL/dv of the one before, from the potential, dL/dv and dL/ds.
  static inline Floats back(Floats now, Floats carried, Floats of) {
    const Floats one = _mm512_set1_ps(1), u = _mm512_mul_ps(_mm512_sub_ps(now, one), _mm512_set1_ps(float(M_PI)));
    const Floats slope = _mm512_div_ps(one, _mm512_fmadd_ps(u, u, one));
    const Floats kept = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(now, one, _CMP_LT_OQ), carried);
    return _mm512_mul_ps(_mm512_fmadd_ps(_mm512_fnmadd_ps(carried, now, of), slope, kept), _mm512_set1_ps(0.5f));
  }

  /// @param input the current of a step
  template <class Input>
  void fire(Input input) {
    const Floats one = _mm512_set1_ps(1);
    Floats v = _mm512_setzero_ps(), spikeCount = v;
    for (int t = 0; t < T; t++) {
      const __mmask16 fired = charge(v, input(t));
      _mm512_store_ps(h[t], v);
      spikeCount = _mm512_mask_add_ps(spikeCount, fired, spikeCount, one);
      v = _mm512_maskz_mov_ps(__mmask16(~fired), v);
    }
    _mm512_storeu_ps(rates, _mm512_mul_ps(spikeCount, _mm512_set1_ps(1.0f / T)));
  }

  void differentiate(int label, int batchSize) {
    alignas(64) float start[16] = {};
    for (int j = 0; j < NEURONS; j++)
      start[j] = (rates[j] - (j == label)) * 2.0f / float(batchSize * NEURONS * T);
    const Floats of = _mm512_load_ps(start);
    Floats carried = _mm512_setzero_ps();
    for (int t = T - 1; t >= 0; t--) {
      carried = back(_mm512_load_ps(h[t]), carried, of);
      _mm512_store_ps(dx[t], carried);
    }
  }

  static void start(std::mt19937 &random) {
    std::uniform_real_distribution<float> uniform(-1 / 28.0f, 1 / 28.0f);
    for (auto &weight : weights.weight) weight = uniform(random);
  }

  static void update(int j, int step) { weights.adam(j * PIXELS, (j + 1) * PIXELS, step); }

  void prepare(int share) { std::memset(weights.gradient[share], 0, sizeof weights.gradient[share]); }

  void forward() {
    for (int i = 0; i < count; i += 4)
      for (int v = 0; v < VECTORS; v++) {
        Words pattern = _mm512_setzero_si512();
        for (int k = 0; k < 4; k++) {
          const __mmask16 fired = __mmask16(spikes[v / 2][i + k] >> (16 * (v % 2)));
          pattern = _mm512_mask_or_epi32(pattern, fired, pattern, _mm512_set1_epi32(1 << k));
        }
        patterns[i / 4][v] = pattern;
      }
    for (int j = 0; j < NEURONS; j++) {
      const float *own = weights.weight + j * PIXELS;
      Floats sum[VECTORS];
      for (auto &part : sum) part = _mm512_setzero_ps();
      for (int i = 0; i < count; i += 4) {
        const Floats of = sums(own[lit[i]], own[lit[i + 1]], own[lit[i + 2]], own[lit[i + 3]]);
        for (int v = 0; v < VECTORS; v++)
          sum[v] = _mm512_add_ps(sum[v], _mm512_permutexvar_ps(patterns[i / 4][v], of));
      }
      for (int v = 0; v < VECTORS; v++) _mm512_store_ps(input[j] + 16 * v, sum[v]);
    }
    const Words lanes = _mm512_mullo_epi32(
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9), _mm512_set1_epi32(STEPS));
    fire([&](int t) { return _mm512_i32gather_ps(lanes, input[0] + t, 4); });
  }

  void backward(int label, int batchSize, int share) {
    differentiate(label, batchSize);
    for (int q = 0; q < STEP_TABLES; q++)
      for (int j = 0; j < NEURONS; j++)
        _mm512_store_ps(table[q][j], sums(dx[4 * q][j], dx[4 * q + 1][j], dx[4 * q + 2][j], dx[4 * q + 3][j]));
    for (int i = 0; i < count; i += 16) {
      Floats sum[NEURONS];
      for (auto &part : sum) part = _mm512_setzero_ps();
      for (int q = 0; q < STEP_TABLES; q++) {
        const Words pattern = _mm512_srli_epi32(_mm512_loadu_si512(spikes[q / 8] + i), 4 * (q % 8));
        for (int j = 0; j < NEURONS; j++)
          sum[j] = _mm512_add_ps(sum[j], _mm512_permutexvar_ps(pattern, _mm512_load_ps(table[q][j])));
      }
      const __mmask16 real = count - i >= 16 ? 0xFFFF : __mmask16((1 << (count - i)) - 1);
      const Words at = _mm512_loadu_si512(lit + i);
      for (int j = 0; j < NEURONS; j++) {
        float *gradient = weights.gradient[share] + j * PIXELS;
        const Floats before = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), real, at, gradient, 4);
        _mm512_mask_i32scatter_ps(gradient, real, at, _mm512_add_ps(before, sum[j]), 4);
      }
    }
  }
};

Parameters Network::weights;

/// Threads that wait awake, as the event engine's do, and take tasks by a ticket.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; i++) others.emplace_back([this] { help(); });
  }

  ~Pool() {
    ended = true;
    for (auto &thread : others) thread.join();
  }

  template <class Task>
  void run(int tasks, Task task) {
    work = task;
    last = tasks;
    done = 0;
    ticket = 0;
    round.fetch_add(1, std::memory_order_release);
    take(mine);
    while (done.load(std::memory_order_acquire) < tasks || busy.load(std::memory_order_acquire) > 0) _mm_pause();
    ticket = NONE;
  }

 private:
  static constexpr int NONE = 1 << 30;  // a helper that wakes late draws a ticket that no task has
  std::vector<std::thread> others;
  std::function<void(int, Network &)> work;
  std::atomic<int> round{0}, ticket{NONE}, done{0}, last{0}, busy{0};
  std::atomic<bool> ended{false};
  Network &mine = *new (std::align_val_t(64)) Network();

  void take(Network &own) {
    for (int next; (next = ticket.fetch_add(1)) < last;) {
      work(next, own);
      done.fetch_add(1, std::memory_order_release);
    }
  }

  void help() {
    Network &own = *new (std::align_val_t(64)) Network();
    for (int seen = 0; !ended;) {
      if (round.load(std::memory_order_acquire) == seen) {
        _mm_pause();
        continue;
      }
      busy.fetch_add(1);
      seen = round;
      take(own);
      busy.fetch_sub(1, std::memory_order_release);
    }
  }
};

/// The numbers of one line, `[[1,2],[3,4]]`, batch by batch.
static std::vector<std::vector<int>> batchesOf(const std::string &line) {
  std::vector<std::vector<int>> batches;
  std::istringstream parts(line);
  for (std::string part; std::getline(parts, part, ']');) {
    std::replace_if(part.begin(), part.end(), [](char c) { return c == '[' || c == ','; }, ' ');
    std::istringstream numbers(part);
    batches.emplace_back(std::istream_iterator<int>(numbers), std::istream_iterator<int>());
  }
  batches.pop_back();  // behind the outer bracket
  return batches;
}

/// Trains on the batches of each line, and answers with the time of each.
static void train(const Data &data, int threads) {
  std::mt19937 random(0);
  Network::start(random);
  Pool pool(threads);
  std::printf("{\"ready\": \"AVX-512\", \"threads\": %d}\n", threads);
  std::fflush(stdout);
  int step = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::string times;
    for (const auto &batch : batchesOf(line)) {
      const auto begin = std::chrono::steady_clock::now();
      const int size = int(batch.size());
      step++;
      pool.run(SHARES, [&](int share, Network &one) {
        one.prepare(share);
        for (int i = share * size / SHARES; i < (share + 1) * size / SHARES; i++) {
          one.draw(&data.images[size_t(batch[i]) * PIXELS], Dice((uint64_t(step) << 32) + uint64_t(batch[i])));
          one.forward();
          one.backward(data.labels[batch[i]], size, share);
        }
      });
      pool.run(NEURONS, [&](int j, Network &) { Network::update(j, step); });
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
      times += (times.empty() ? "" : ", ") + std::to_string(took.count());
    }
    std::printf("{\"ms\": [%s]}\n", times.c_str());
    std::fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_avx512 DATA_FOLDER THREADS\n";
    return 2;
  }
  const std::string folder = argv[1];
  const int threads = std::max(1, std::atoi(argv[2]));
  const Data data{readIdx(folder + "/train-images-idx3-ubyte", 16), readIdx(folder + "/train-labels-idx1-ubyte", 8)};
  train(data, threads);
  return 0;
}
