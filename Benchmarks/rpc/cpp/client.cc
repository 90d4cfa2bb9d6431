// The client of C++ gRPC: client <port> <concurrency> <seconds> [<root certificate>]
//
// Keeps <concurrency> calls in flight on one connection and prints one line of JSON: the calls that
// ended between the end of the warm-up and <seconds> later, the processor time of this process in
// between, and percentiles of their latencies.

#include <grpcpp/grpcpp.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bench.grpc.pb.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kWarmUp = std::chrono::milliseconds(300);
constexpr size_t kPayloadBytes = 100;

enum class Phase { kWarmUp, kMeasuring, kStopping };
std::atomic<Phase> phase{Phase::kWarmUp};

double ProcessSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

// One of the calls in flight; when it ends, the next starts in its place.
struct Slot {
  bench::Echo::Stub* stub = nullptr;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<bench::Payload>> reader;
  bench::Payload request;
  bench::Payload response;
  grpc::Status status;
  Clock::time_point started;
  std::vector<uint32_t> latencies_ns;

  void Prepare() {
    context = std::make_unique<grpc::ClientContext>();
    started = Clock::now();
  }

  // Whether another call shall follow.
  bool Finished() {
    if (!status.ok() || response.data() != request.data()) {
      std::fprintf(stderr, "client: call failed: %s\n", status.error_message().c_str());
      std::exit(1);
    }
    Phase now = phase.load(std::memory_order_relaxed);
    if (now == Phase::kMeasuring) latencies_ns.push_back((Clock::now() - started).count());
    return now != Phase::kStopping;
  }
};

std::shared_ptr<grpc::ChannelCredentials> Credentials(const char* root) {
  if (root == nullptr) return grpc::InsecureChannelCredentials();
  std::ifstream file(root, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = content.str();
  return grpc::SslCredentials(options);
}

void Run(std::vector<Slot>& slots) {
  grpc::CompletionQueue queue;
  auto start = [&queue](Slot& slot) {
    slot.Prepare();
    slot.reader = slot.stub->AsyncUnary(slot.context.get(), slot.request, &queue);
    slot.reader->Finish(&slot.response, &slot.status, &slot);
  };
  for (Slot& slot : slots) start(slot);
  size_t running = slots.size();
  void* tag;
  bool ok;
  while (running > 0 && queue.Next(&tag, &ok)) {
    Slot& slot = *static_cast<Slot*>(tag);
    if (slot.Finished()) {
      start(slot);
    } else {
      --running;
    }
  }
}

void Report(std::vector<Slot>& slots, double seconds, double cpu_seconds) {
  std::vector<uint32_t> all;
  for (Slot& slot : slots) {
    all.insert(all.end(), slot.latencies_ns.begin(), slot.latencies_ns.end());
  }
  if (all.empty()) std::exit(1);
  std::sort(all.begin(), all.end());
  auto percentile = [&all](double share) { return all[share * (all.size() - 1)] * 1e-3; };
  std::printf(
      "{\"calls\": %zu, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"p50_us\": %.3f, \"p99_us\": %.3f}\n",
      all.size(), seconds, cpu_seconds, percentile(0.5), percentile(0.99));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: client <port> <concurrency> <seconds> [<root certificate>]\n");
    return 2;
  }
  auto channel = grpc::CreateChannel(std::string("localhost:") + argv[1],
                                     Credentials(argc > 4 ? argv[4] : nullptr));
  auto stub = bench::Echo::NewStub(channel);
  std::vector<Slot> slots(std::atoi(argv[2]));
  for (Slot& slot : slots) {
    slot.stub = stub.get();
    slot.request.set_data(std::string(kPayloadBytes, 'x'));
  }
  std::thread calls(Run, std::ref(slots));
  std::this_thread::sleep_for(kWarmUp);
  double cpu = ProcessSeconds();
  auto start = Clock::now();
  phase = Phase::kMeasuring;
  std::this_thread::sleep_for(std::chrono::duration<double>(std::atof(argv[3])));
  phase = Phase::kStopping;
  double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  cpu = ProcessSeconds() - cpu;
  calls.join();
  Report(slots, seconds, cpu);
}
