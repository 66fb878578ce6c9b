#pragma once

// The verbs of $JS.API that are answered by one JSON object, each from its
// request to the members of its answer.

#include <string>
#include <vector>

#include "walnats/testing/jetstream_model/model.h"

namespace boost::json {
class object;
}

namespace walnats::nats {

struct ApiRequest {
  testing::model::Model& model;
  std::vector<std::string> names;   // the tokens behind the verb
  const boost::json::object& json;  // empty if there is no body
};
using ApiAnswer = testing::model::Answer<std::string>;

ApiAnswer AccountInfo(const ApiRequest& request);

ApiAnswer CreateStream(const ApiRequest& request);
ApiAnswer UpdateStream(const ApiRequest& request);
ApiAnswer GetStream(const ApiRequest& request);
ApiAnswer ListStreams(const ApiRequest& request);
ApiAnswer NameStreams(const ApiRequest& request);
ApiAnswer DeleteStream(const ApiRequest& request);
ApiAnswer PurgeStream(const ApiRequest& request);
ApiAnswer GetMessage(const ApiRequest& request);
ApiAnswer EraseMessage(const ApiRequest& request);

ApiAnswer CreateConsumer(const ApiRequest& request);
ApiAnswer CreateDurable(const ApiRequest& request);
ApiAnswer GetConsumer(const ApiRequest& request);
ApiAnswer ListConsumers(const ApiRequest& request);
ApiAnswer NameConsumers(const ApiRequest& request);
ApiAnswer DeleteConsumer(const ApiRequest& request);
ApiAnswer PauseConsumer(const ApiRequest& request);
ApiAnswer ResetConsumer(const ApiRequest& request);

// `"total":..,"offset":..,"limit":..,"<name>":[..]`, the page that the request
// asks for.
std::string PageJson(const ApiRequest& request, std::string_view name,
                     std::size_t limit, const std::vector<std::string>& items);

testing::model::Refusal BadRequest();
testing::model::Refusal StreamMismatch();

}  // namespace walnats::nats
