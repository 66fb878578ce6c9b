#pragma once

// Task<T> is the only asynchronous type of the API: a lazy coroutine, which
// starts when it is awaited and does nothing if it is dropped.
//
//   walnats::Task<absl::Status> Ship(walnats::Client client, Parcel parcel) {
//     absl::StatusOr<walnats::Receipt> receipt =
//         co_await client.Emit(kParcelShipped, parcel);
//     co_return receipt.status();
//   }
//
// It is Boost.Asio's awaitable, so every Asio operation can be awaited in it,
// and `boost::asio::co_spawn(client.executor(), Ship(...), token)` turns it
// into a callback or a future.
//
// With g++ 12, name aggregates that own something before a co_await that uses
// them: `co_await F(Point{...}, std::string("..."))` destroys some temporaries
// twice (gcc.gnu.org/bugzilla, 99576 and others).

#include <boost/asio/awaitable.hpp>

namespace walnats {

template <class T>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace walnats
