"""Driftline's network from a model folder, in PyTorch: the same weights, the whole sequence of each user in one padded batch."""

import json
import os

import numpy as np
import torch
from torch.nn import functional as F

UNKNOWN, FIRST = 1, 2  # rows of the item table: padding, unknown, then the items
DAY = 86_400_000
SHORT_HALF_LIFE = 1 / 24
LEAST_WEIGHT, MOST_BOOSTS = 0.01, 100


def tensors(path):
    """A safetensors file: the length of a JSON header, the header, the values."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        values = file.read()
    kinds = {"F32": np.float32, "I64": np.int64}
    return {
        name: torch.from_numpy(np.frombuffer(values[slice(*one["data_offsets"])], kinds[one["dtype"]]).reshape(one["shape"]).copy())
        for name, one in header.items() if name != "__metadata__"
    }


class Model:
    def __init__(self, folder):
        with open(os.path.join(folder, "model.json")) as file:
            manifest = json.load(file)
        shape, features = manifest["architecture"], manifest["features"]
        if shape["encoder"] != "gru" or shape["without"]:
            raise SystemExit(f"The peer knows the gru encoder with all inputs; {folder} has {shape['encoder']} without {shape['without']}.")
        self.version, self.categories, self.length = manifest["version"], manifest["categories"], features["sequenceLength"]
        self.half_lives = (SHORT_HALF_LIFE, features["halfLifeDays"], float("inf"))
        with open(os.path.join(folder, "items.jsonl")) as file:
            self.item_ids = [json.loads(line)["id"] for line in file]
        self.row_of = {item: row + FIRST for row, item in enumerate(self.item_ids)}
        self.w = w = tensors(os.path.join(folder, "weights.safetensors"))
        self.type_weights = torch.tensor([0.0, features["clickWeight"], features["addToCartWeight"], features["purchaseWeight"], features["reviewWeight"]])
        self.table = w["_itemId.weight"] * w["has_id"] + w["text"] @ w["_adaptor.weight"].T
        self.item_vectors = self.table[FIRST:]
        self.items_across = self.item_vectors.T.contiguous()
        self.gru = torch.nn.GRU(shape["dimensions"], shape["hiddenSize"], shape["layers"], batch_first=True)
        self.gru.load_state_dict({name[len("_encoder._gru."):]: value for name, value in w.items() if name.startswith("_encoder._gru.")})
        self.unknown_attributes = w["_attributes._value.weight"][w["_attributes._offset"]].sum(0) if "_attributes._value.weight" in w else 0
        blend = w["_associations.blend"].tolist()
        parts = (len(blend) - 1) // 2
        self.weights, self.decays, self.repeat = blend[:parts], blend[parts:2 * parts], blend[-1]
        self.links = [(w[f"_associations.{name}_items"].numpy(), w[f"_associations.{name}_shares"].numpy()) for name in ("near", "wide", "text")]

    @torch.inference_mode()
    def predict(self, users):
        """
        Of each user's (rows, types, times), oldest first: h_t [B, C], h_{t+1} [B, C], user vectors [B, D], and the boosts: indexes and values [B, 100] (0 where
        there are fewer) of the raised, and (index, value) pairs of the lowered.
        """
        lengths = np.array([len(rows) for rows, _, _ in users])
        count, longest = len(users), int(lengths.max())
        items, types, times = (np.zeros((count, longest), np.int64) for _ in range(3))
        for i, (rows, kinds, when) in enumerate(users):
            items[i, :len(rows)], types[i, :len(rows)], times[i, :len(rows)], times[i, len(rows):] = rows, kinds, when, when[-1]
        there = torch.from_numpy(np.arange(longest) < lengths[:, None])
        states, category, weights, days = self.encode(items, types, times, there)
        newest = states[torch.arange(count), torch.from_numpy(lengths - 1)]
        vectors = F.linear(newest, self.w["_user.weight"], self.w["_user.bias"])
        logits = vectors @ self.items_across
        current, following = self.forecast(newest, category, weights, days)
        return current, following, vectors, *self.boosts(items, lengths, logits)

    def encode(self, items, types, times, there):
        w = self.w
        gaps = np.zeros_like(items)
        seconds = np.maximum(times[:, 1:] - times[:, :-1], 0) // 1_000
        gaps[:, 1:] = np.minimum(1 + np.floor(np.log2(1 + seconds)), 32)
        date = times.astype("datetime64[ms]")
        weeks = 1 + (date.astype("datetime64[D]") - date.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) // 7
        hours = 1 + (times // DAY + 4) % 7 * 24 + times // 3_600_000 % 24
        kinds, rows = torch.from_numpy(types), torch.from_numpy(items)
        days = torch.from_numpy(((times - times[:, -1:]) / DAY).astype(np.float32))
        category = w["category_of"][rows]
        weights = self.type_weights[kinds].masked_fill(category.eq(len(self.categories)) | ~there, 0)
        past = weights.unsqueeze(1).expand(-1, weights.shape[1], -1).tril() * torch.exp2((days.unsqueeze(1) - days.unsqueeze(2)).clamp(max=0) / self.half_lives[1])
        shares = past / past.sum(2, keepdim=True).clamp(min=1e-12)
        x = self.table[rows] + w["_type.weight"][kinds] + w["_gap.weight"][torch.from_numpy(gaps)] + w["_week.weight"][torch.from_numpy(weeks)]
        x = x + w["_hour.weight"][torch.from_numpy(hours)] + shares @ w["_category.weight"][category] + self.unknown_attributes
        x = F.layer_norm(x, x.shape[-1:], w["_norm.weight"], w["_norm.bias"])
        return self.gru(x)[0], category, weights, days

    def forecast(self, newest, category, weights, days):
        w, count = self.w, len(self.categories)
        observed = []
        for half_life in self.half_lives:
            part = weights * torch.exp2(days / half_life)
            part = part / part.sum(1, keepdim=True).clamp(min=1e-12)
            observed.append(torch.zeros(len(newest), count + 1).scatter_add_(1, category, part)[:, :count])
        observed = torch.stack(observed, 1)
        gates = F.softmax(F.linear(newest, w["_categories._gate.weight"], w["_categories._gate.bias"]), -1)
        interests = observed + (1 - observed.sum(2, keepdim=True)).clamp(min=0) * w["_categories.population"]
        mixed = gates[:, 2:].view(len(newest), len(self.half_lives), -1).transpose(1, 2) @ interests
        following = F.softmax(F.linear(newest, w["_categories._next.weight"], w["_categories._next.bias"]), -1) * gates[:, :1]
        following = following + w["_categories.population"] * gates[:, 1:2] + mixed[:, 0] + mixed[:, 1] @ w["_categories.transitions"]
        return observed[:, 1], following

    def boosts(self, items, lengths, logits):
        """log(1 + q / (w_0 p)) of the items that the user's events lead to, q being what links and the own history say, plus the log of the repeat factor."""
        count, total = logits.shape
        keys, masses = [], []
        factors = np.ones((count, total), np.float32)
        for i in range(count):
            own = items[i, :lengths[i]][::-1] - FIRST
            factors[i, own[own >= 0]] = self.repeat
            for part, (weight, decay) in enumerate(zip(self.weights, self.decays)):
                if weight <= 0:
                    continue
                age = decay ** np.arange(len(own))
                age = age[age >= LEAST_WEIGHT]
                share, linked = weight * age / age.sum(), own[:len(age)]
                share, linked = share[linked >= 0], linked[linked >= 0]
                if part < len(self.links):
                    to, shares = self.links[part]
                    keys.append((to[linked] + i * total).ravel())
                    masses.append((share[:, None] * shares[linked]).ravel())
                else:
                    keys.append(linked + i * total)
                    masses.append(share)
        recalled = np.bincount(np.concatenate(keys), np.concatenate(masses), count * total).reshape(count, total) if keys else np.zeros((count, total))
        recalled, factors = torch.from_numpy(recalled.astype(np.float32)), torch.from_numpy(factors)
        network = (1 - sum(self.weights)) * F.softmax(logits, 1)
        raised = (network + recalled) * factors
        values, top = torch.where(raised > network, raised, torch.zeros(())).topk(min(MOST_BOOSTS, total), 1)
        boosts = torch.where(values > 0, torch.log(values / network.gather(1, top)), torch.zeros(()))
        lowered = (((network + recalled) * factors < network) & (factors != 1)).nonzero().tolist()
        return top, boosts, [(user, item, float(torch.log(raised[user, item] / network[user, item]))) for user, item in lowered]
