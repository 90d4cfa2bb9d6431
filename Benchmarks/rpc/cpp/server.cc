// The echo server of C++ gRPC: server <async|callback>
//
// Prints "listening <port>" once it can be called, and runs until it is killed.

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "bench.grpc.pb.h"

namespace {

std::unique_ptr<grpc::Server> Start(grpc::ServerBuilder& builder) {
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server || port == 0) {
    std::fprintf(stderr, "server: cannot listen\n");
    std::exit(1);
  }
  std::printf("listening %d\n", port);
  std::fflush(stdout);
  return server;
}

// One call on the completion queue: accepted, answered, deleted. As soon as it is accepted the next
// one waits in its place.
class AsyncCall {
 public:
  AsyncCall(bench::Echo::AsyncService* service, grpc::ServerCompletionQueue* queue)
      : service_(service), queue_(queue), responder_(&context_) {
    service_->RequestUnary(&context_, &request_, &responder_, queue_, queue_, this);
  }

  void Proceed(bool ok) {
    if (answered_ || !ok) {
      delete this;
      return;
    }
    new AsyncCall(service_, queue_);
    answered_ = true;
    response_.set_data(request_.data());
    responder_.Finish(response_, grpc::Status::OK, this);
  }

 private:
  bench::Echo::AsyncService* service_;
  grpc::ServerCompletionQueue* queue_;
  grpc::ServerContext context_;
  grpc::ServerAsyncResponseWriter<bench::Payload> responder_;
  bench::Payload request_;
  bench::Payload response_;
  bool answered_ = false;
};

void ServeAsync() {
  // As many as the benchmark has calls in flight, so that none waits to be accepted.
  constexpr int kAccepting = 128;
  bench::Echo::AsyncService service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  std::unique_ptr<grpc::Server> server = Start(builder);
  for (int i = 0; i < kAccepting; ++i) new AsyncCall(&service, queue.get());
  void* tag;
  bool ok;
  while (queue->Next(&tag, &ok)) static_cast<AsyncCall*>(tag)->Proceed(ok);
}

class CallbackService final : public bench::Echo::CallbackService {
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context,
                                  const bench::Payload* request,
                                  bench::Payload* response) override {
    response->set_data(request->data());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

void ServeCallback() {
  CallbackService service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  Start(builder)->Wait();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "async") == 0) {
    ServeAsync();
  } else if (argc > 1 && std::strcmp(argv[1], "callback") == 0) {
    ServeCallback();
  } else {
    std::fprintf(stderr, "usage: server <async|callback>\n");
    return 2;
  }
}
