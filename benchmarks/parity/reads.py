"""The operations that read."""

from __future__ import annotations

from benchmarks.parity.operation import aggregate, find, group, index, steps
from bson import Regex
from pymongo import ASCENDING, DESCENDING
from pymongo.read_concern import ReadConcern

insensitive = {"locale": "en", "strength": 2}

group(
    "find",
    all=find(),
    by_id=find({"_id": 3}),
    by_equality=find({"stock": 7}),
    by_null=find({"price": None}),
    by_comparison=find({"stock": {"$gt": 3, "$lte": 7}}),
    by_in=find({"sku": {"$in": ["A1", "C2", "none"]}}),
    by_nin=find({"sku": {"$nin": ["A1", "C2"]}}),
    by_ne=find({"tags": {"$ne": "red"}}),
    by_not=find({"stock": {"$not": {"$gt": 3}}}),
    by_and_and_or=find({"$or": [{"stock": 0}, {"$and": [{"sku": "B1"}, {"stock": 7}]}]}),
    by_nor=find({"$nor": [{"stock": 7}, {"sku": "A1"}]}),
    by_exists=find({"price": {"$exists": True}}),
    by_type=find({"price": {"$type": "double"}}),
    by_regex=find({"sku": {"$regex": "^a", "$options": "i"}}),
    by_a_regex_value=find({"sku": Regex("^B")}),
    by_array_element=find({"tags": "blue"}),
    by_whole_array=find({"tags": ["red"]}),
    by_all=find({"tags": {"$all": ["red", "blue"]}}),
    by_size=find({"tags": {"$size": 2}}),
    by_elem_match=find({"lines": {"$elemMatch": {"n": 1, "q": {"$gt": 3}}}}),
    by_dotted_path=find({"size.h": 10}),
    by_dotted_path_in_an_array=find({"lines.q": 9}),
    by_embedded_document=find({"size": {"h": 10, "w": 2}}),
    by_expr=find({"$expr": {"$gt": ["$stock", 6]}}),
    by_mod=find({"stock": {"$mod": [7, 0]}}),
    by_an_unknown_operator=find({"stock": {"$nonsense": 1}}),
    with_inclusion=find({}, {"sku": 1}),
    with_inclusion_without_id=find({}, {"sku": 1, "_id": 0}),
    with_exclusion=find({}, {"tags": 0, "lines": 0}),
    with_a_list_of_fields=find({}, ["sku", "stock"]),
    with_a_dotted_projection=find({}, {"size.h": 1}),
    with_slice=find({}, {"tags": {"$slice": 1}}),
    with_a_projected_elem_match=find({}, {"lines": {"$elemMatch": {"n": 2}}}),
    with_a_mixed_projection=find({}, {"sku": 1, "stock": 0}),
    with_a_computed_projection=find({}, {"double": {"$multiply": ["$stock", 2]}}),
    sorted=find({}, sort=[("stock", DESCENDING), ("_id", ASCENDING)]),
    skipped_and_limited=find({}, sort=[("_id", 1)], skip=2, limit=2),
    in_batches=find({}, batch_size=4),
    in_batches_that_end_exactly=find({}, batch_size=3),
    in_batches_with_a_limit=find({}, batch_size=2, limit=3),
    with_a_negative_limit=find({}, limit=-2),
    of_many_documents=steps(
        lambda db: db.items.insert_many([{"_id": 1000 + each} for each in range(300)]),
        lambda db: len(list(db.items.find())),
    ),
    closed_early=lambda db: [next(cursor := db.items.find({}, batch_size=2)), cursor.close()],
    one=lambda db: db.items.find_one({"sku": "B2"}),
    one_that_is_not_there=lambda db: db.items.find_one({"sku": "none"}),
    one_by_its_id_alone=lambda db: db.items.find_one(4),
    one_projected_and_sorted=lambda db: db.items.find_one({}, {"sku": 1}, sort=[("stock", -1)]),
    chained=lambda db: list(db.items.find({}).sort("stock", -1).skip(1).limit(2).batch_size(5)),
    with_a_comment=find({"stock": 7}, comment="why"),
    with_a_time_limit=find({"stock": 7}, max_time_ms=5000),
    with_a_hint=steps(index("sku"), find({"sku": "A1"}, hint="sku_1")),
    with_a_hint_at_no_index=find({"sku": "A1"}, hint="nothing_1"),
    with_a_collation=find({"sku": "a1"}, collation=insensitive),
    with_a_read_concern=lambda db: list(
        db.items.with_options(read_concern=ReadConcern("majority")).find({"stock": 7})
    ),
    in_a_collection_that_is_not_there=lambda db: list(db.nothing.find()),
    of_raw_batches=lambda db: list(db.items.find_raw_batches({"_id": 1})),
)
group(
    "count and distinct",
    documents=lambda db: db.items.count_documents({"stock": 7}),
    documents_skipped_and_limited=lambda db: db.items.count_documents({}, skip=1, limit=3),
    documents_of_nothing=lambda db: db.items.count_documents({"sku": "none"}),
    estimated=lambda db: db.items.estimated_document_count(),
    estimated_of_a_missing_collection=lambda db: db.nothing.estimated_document_count(),
    distinct_values=lambda db: db.items.distinct("stock"),
    distinct_elements=lambda db: db.items.distinct("tags"),
    distinct_of_a_path=lambda db: db.items.distinct("size.h"),
    distinct_of_a_query=lambda db: db.items.distinct("sku", {"stock": 7}),
    distinct_of_a_cursor=lambda db: db.items.find({"stock": 7}).distinct("sku"),
)
group(
    "aggregate",
    nothing=aggregate(),
    match=aggregate({"$match": {"stock": 7}}),
    group_and_sum=aggregate({"$group": {"_id": "$stock", "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}),
    group_with_accumulators=aggregate(
        {
            "$group": {
                "_id": None,
                "mean": {"$avg": "$stock"},
                "least": {"$min": "$stock"},
                "most": {"$max": "$stock"},
                "first": {"$first": "$sku"},
            }
        }
    ),
    group_and_push=aggregate(
        {"$sort": {"_id": 1}},
        {"$group": {"_id": "$stock", "s": {"$push": "$sku"}}},
        {"$sort": {"_id": 1}},
    ),
    project=aggregate({"$project": {"sku": 1, "double": {"$multiply": ["$stock", 2]}}}),
    project_strings=aggregate(
        {"$project": {"low": {"$toLower": "$sku"}, "both": {"$concat": ["$sku", "-", "$sku"]}}}
    ),
    project_conditions=aggregate(
        {
            "$project": {
                "few": {"$cond": [{"$lt": ["$stock", 5]}, "yes", "no"]},
                "price": {"$ifNull": ["$price", 0]},
            }
        }
    ),
    add_fields=aggregate({"$addFields": {"double": {"$add": ["$stock", "$stock"]}}}),
    set_and_unset=aggregate({"$set": {"a": 1}}, {"$unset": "tags"}),
    sort_skip_limit=aggregate({"$sort": {"stock": -1, "_id": 1}}, {"$skip": 1}, {"$limit": 3}),
    unwind=aggregate({"$unwind": "$tags"}, {"$sort": {"_id": 1, "tags": 1}}),
    unwind_keeping_empty=aggregate({"$unwind": {"path": "$tags", "preserveNullAndEmptyArrays": True}}),
    lookup=aggregate(
        {"$lookup": {"from": "items", "localField": "stock", "foreignField": "stock", "as": "same"}}
    ),
    lookup_with_a_pipeline=aggregate(
        {"$lookup": {"from": "items", "pipeline": [{"$limit": 1}], "as": "one"}}
    ),
    count=aggregate({"$match": {"stock": {"$gt": 0}}}, {"$count": "n"}),
    bucket=aggregate({"$bucket": {"groupBy": "$stock", "boundaries": [-5, 1, 8, 20]}}),
    facet=aggregate(
        {"$facet": {"all": [{"$count": "n"}], "few": [{"$match": {"stock": 0}}, {"$count": "n"}]}}
    ),
    replace_root=aggregate({"$match": {"size": {"$exists": True}}}, {"$replaceRoot": {"newRoot": "$size"}}),
    sort_by_count=aggregate({"$sortByCount": "$stock"}),
    sample=aggregate({"$sample": {"size": 6}}, {"$count": "n"}),
    graph_lookup=aggregate(
        {
            "$graphLookup": {
                "from": "items",
                "startWith": "$stock",
                "connectFromField": "stock",
                "connectToField": "stock",
                "as": "g",
            }
        },
        {"$project": {"n": {"$size": "$g"}}},
    ),
    union_with=aggregate({"$unionWith": "items"}),
    out=steps(aggregate({"$match": {"stock": 7}}, {"$out": "copy"}), lambda db: list(db.copy.find())),
    merge=aggregate({"$merge": {"into": "copy"}}),
    in_batches=aggregate({"$sort": {"_id": 1}}, batchSize=4),
    with_an_unknown_stage=aggregate({"$nonsense": {}}),
    with_let=aggregate({"$match": {"$expr": {"$eq": ["$stock", "$$v"]}}}, let={"v": 7}),
    of_documents=lambda db: list(db.aggregate([{"$documents": [{"a": 1}, {"a": 2}]}])),
    of_local_sessions=lambda db: list(db.aggregate([{"$listLocalSessions": {}}, {"$count": "n"}])),
    change_stream=lambda db: db.items.watch(max_await_time_ms=10).close(),
)
