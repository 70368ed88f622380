"""The operations that write."""

from __future__ import annotations

from benchmarks.parity.operation import NEW, bulk, group, index, modify, steps, update
from bson import Code, Decimal128, Int64, ObjectId, Regex
from pymongo import (
    DeleteMany,
    DeleteOne,
    InsertOne,
    ReplaceOne,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
    WriteConcern,
)

AFTER = ReturnDocument.AFTER
unique_sku = index("sku", unique=True)
every_type = {
    "_id": 20,
    "long": Int64(2),
    "decimal": Decimal128("1.1"),
    "id": ObjectId(b"a" * 12),
    "regex": Regex("^a", "i"),
    "code": Code("x"),
    "bytes": b"x",
    "nothing": None,
}
insensitive = {"locale": "en", "strength": 2}

group(
    "insert",
    one=lambda db: db.items.insert_one(dict(NEW)),
    one_with_an_id_made_by_the_driver=lambda db: db.items.insert_one({"sku": "Z9"}),
    one_into_a_new_collection=lambda db: db.fresh.insert_one(dict(NEW)),
    one_duplicate=lambda db: db.items.insert_one({"_id": 1}),
    one_with_a_document_as_id=lambda db: db.items.insert_one({"_id": {"a": 1, "b": 2}}),
    one_with_every_type=lambda db: db.items.insert_one(dict(every_type)),
    many=lambda db: db.items.insert_many([{"_id": 11}, {"_id": 12}, {"_id": 13}]),
    many_unordered=lambda db: db.items.insert_many([{"_id": 11}, {"_id": 12}], ordered=False),
    many_with_a_duplicate=lambda db: db.items.insert_many([{"_id": 11}, {"_id": 1}, {"_id": 12}]),
    many_unordered_with_duplicates=lambda db: db.items.insert_many(
        [{"_id": 1}, {"_id": 11}, {"_id": 2}], ordered=False
    ),
    unacknowledged=lambda db: db.items.with_options(write_concern=WriteConcern(w=0)).insert_one(dict(NEW)),
    with_a_majority_write_concern=lambda db: db.items.with_options(
        write_concern=WriteConcern(w="majority")
    ).insert_one(dict(NEW)),
    with_an_operator_in_its_id=lambda db: db.items.insert_one({"_id": {"$a": 1}}),
    with_a_dollar_field=lambda db: db.items.insert_one({"_id": 10, "$price": 1}),
)
group(
    "update",
    set=update({"$set": {"stock": 9, "size.h": 11}}),
    set_to_the_same=update({"$set": {"stock": 5}}),
    unset=update({"$unset": {"tags": ""}}),
    inc=update({"$inc": {"stock": -2}}),
    mul=update({"$mul": {"stock": 3}}),
    min_and_max=update({"$min": {"stock": 1}, "$max": {"price": 9}}),
    rename=update({"$rename": {"sku": "code"}}),
    current_date=update({"$currentDate": {"at": True}}),
    push=update({"$push": {"tags": "new"}}),
    push_each_sorted_and_cut=update({"$push": {"tags": {"$each": ["b", "a"], "$sort": 1, "$slice": 3}}}),
    add_to_set=update({"$addToSet": {"tags": {"$each": ["red", "new"]}}}),
    pull=update({"$pull": {"tags": "red"}}),
    pull_all=update({"$pullAll": {"tags": ["red", "small"]}}),
    pop=update({"$pop": {"tags": -1}}),
    positional=update({"$set": {"lines.$.q": 0}}, {"_id": 5, "lines.n": 2}),
    all_positional=update({"$set": {"lines.$[].q": 0}}, {"_id": 5}),
    array_filters=update({"$set": {"lines.$[line].q": 0}}, {"_id": 5}, array_filters=[{"line.n": 2}]),
    pipeline=update([{"$set": {"total": {"$add": ["$stock", 1]}}}]),
    of_nothing=update({"$set": {"a": 1}}, {"_id": 99}),
    with_an_upsert=update({"$set": {"a": 1}, "$setOnInsert": {"new": True}}, {"_id": 99}, upsert=True),
    with_an_upsert_by_equality=update(
        {"$inc": {"stock": 1}}, {"_id": 99, "sku": "Q", "size.h": 3}, upsert=True
    ),
    many=lambda db: db.items.update_many({"stock": 7}, {"$set": {"stock": 8}}),
    many_with_an_upsert=lambda db: db.items.update_many({"_id": 98}, {"$set": {"a": 1}}, upsert=True),
    replace=lambda db: db.items.replace_one({"_id": 1}, {"sku": "N"}),
    replace_with_an_upsert=lambda db: db.items.replace_one({"_id": 97}, {"sku": "N"}, upsert=True),
    of_the_id=update({"$set": {"_id": 9}}),
    with_an_unknown_operator=update({"$nonsense": {"a": 1}}),
    inc_of_a_string=update({"$inc": {"sku": 1}}),
    push_to_a_number=update({"$push": {"stock": 1}}),
    with_conflicting_operators=update({"$set": {"stock": 1}, "$inc": {"stock": 1}}),
    that_breaks_a_unique_index=steps(unique_sku, update({"$set": {"sku": "A2"}})),
    with_a_hint=update({"$set": {"a": 1}}, hint="_id_"),
    with_let=update({"$set": {"a": 1}}, let={"v": 1}),
    with_a_comment=update({"$set": {"a": 1}}, comment="why"),
)
group(
    "delete",
    one=lambda db: db.items.delete_one({"stock": 7}),
    many=lambda db: db.items.delete_many({"stock": 7}),
    all=lambda db: db.items.delete_many({}),
    nothing=lambda db: db.items.delete_one({"_id": 99}),
    with_a_hint=lambda db: db.items.delete_one({"_id": 1}, hint="_id_"),
    with_a_collation=lambda db: db.items.delete_one({"sku": "a1"}, collation=insensitive),
)
group(
    "findAndModify",
    update=modify({"_id": 1}, {"$inc": {"stock": 1}}),
    update_and_return_the_new_one=modify({"_id": 1}, {"$inc": {"stock": 1}}, return_document=AFTER),
    update_the_first_of_a_sort=modify({}, {"$set": {"a": 1}}, sort=[("stock", -1)]),
    update_with_a_projection=modify({"_id": 1}, {"$set": {"a": 1}}, {"sku": 1, "_id": 0}),
    update_of_nothing=modify({"_id": 99}, {"$set": {"a": 1}}),
    upsert=modify({"_id": 99}, {"$set": {"a": 1}}, upsert=True, return_document=AFTER),
    replace=lambda db: db.items.find_one_and_replace({"_id": 1}, {"sku": "N"}, return_document=AFTER),
    delete=lambda db: db.items.find_one_and_delete({"_id": 1}),
    delete_the_last_of_a_sort=lambda db: db.items.find_one_and_delete({"stock": 7}, sort=[("_id", -1)]),
    delete_nothing=lambda db: db.items.find_one_and_delete({"_id": 99}),
    with_array_filters=modify({"_id": 5}, {"$set": {"lines.$[l].q": 0}}, array_filters=[{"l.n": 2}]),
    that_breaks_a_unique_index=steps(unique_sku, modify({"_id": 1}, {"$set": {"sku": "A2"}})),
)
group(
    "bulk write",
    of_one_kind=bulk(InsertOne({"_id": 11}), InsertOne({"_id": 12})),
    inserts_and_deletes=bulk(InsertOne({"_id": 11}), DeleteOne({"_id": 11}), InsertOne({"_id": 12})),
    mixed=bulk(InsertOne({"_id": 11}), UpdateOne({"_id": 1}, {"$set": {"a": 1}}), DeleteOne({"_id": 2})),
    mixed_unordered=bulk(
        DeleteOne({"_id": 2}), InsertOne({"_id": 11}), UpdateMany({}, {"$set": {"a": 1}}), ordered=False
    ),
    with_upserts=bulk(
        UpdateOne({"_id": 90}, {"$set": {"a": 1}}, upsert=True),
        ReplaceOne({"_id": 91}, {"b": 1}, upsert=True),
    ),
    of_many_updates=bulk(UpdateMany({"stock": 7}, {"$set": {"a": 1}}), UpdateMany({}, {"$inc": {"b": 1}})),
    deletes_of_one_and_of_many=bulk(DeleteOne({"_id": 1}), DeleteMany({"stock": 7})),
    stopped_by_an_error=bulk(InsertOne({"_id": 11}), InsertOne({"_id": 1}), DeleteOne({"_id": 2})),
    unordered_with_errors=bulk(
        InsertOne({"_id": 1}), InsertOne({"_id": 11}), InsertOne({"_id": 2}), ordered=False
    ),
    of_the_client=lambda db: db.client.bulk_write(
        [
            InsertOne({"_id": 11}, namespace=f"{db.name}.items"),
            UpdateOne({"_id": 1}, {"$set": {"a": 1}}, namespace=f"{db.name}.items"),
            DeleteOne({"_id": 2}, namespace=f"{db.name}.other"),
        ],
    ),
    of_the_client_with_results=lambda db: db.client.bulk_write(
        [
            InsertOne({"_id": 11}, namespace=f"{db.name}.items"),
            ReplaceOne({"_id": 12}, {"a": 1}, upsert=True, namespace=f"{db.name}.other"),
        ],
        verbose_results=True,
    ),
    of_the_client_with_an_error=lambda db: db.client.bulk_write(
        [
            InsertOne({"_id": 1}, namespace=f"{db.name}.items"),
            InsertOne({"_id": 11}, namespace=f"{db.name}.items"),
        ],
        ordered=False,
    ),
)
