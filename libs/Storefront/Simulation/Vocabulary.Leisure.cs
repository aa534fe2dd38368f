namespace Driftline.Storefront.Simulation;

/// <summary>Electronics, study and celebrations.</summary>
internal static partial class Vocabulary
{
    private static DepartmentWords Electronics => new("Electronics", "Voltaire Labs, Hummingbird Audio, Pixelwright, Northbit, Arcwell, Ohmly",
        "Nova, Echo Ridge, Pulse, Vector, Orbit, Quanta, Aria, Flux, Signal, Halo",
        [
            new("Headphones", 0.9, 78, 0.7, "over-ear headphones, earbuds, sports earphones, gaming headset, portable speaker, soundbar, turntable", "noise-cancelling, wireless, wired, open-back, waterproof, foldable",
                "plays for thirty hours, charges in minutes, cuts out the commute, stays in on a run, sounds open and natural", "music anywhere", Models, ["Phone Accessories", "Running"]),
            new("Computing", 0.9, 64, 0.7, "laptop stand, mechanical keyboard, wireless mouse, webcam, USB hub, monitor, laptop sleeve, external drive", "aluminium, ergonomic, silent, 4K, compact, braided",
                "needs no drivers, frees up desk space, is quiet in shared rooms, survives a backpack, plugs in and works", "desks and lectures", Models, ["Desk Accessories", "Phone Accessories"]),
            new("Phone Accessories", 1.1, 19, 0.5, "phone case, charging cable, power bank, screen protector, car mount, wireless charger, phone strap", "shockproof, magnetic, recycled, fast-charge, slim, clear",
                "survives a drop on concrete, charges overnight and then some, does not yellow, fits every pocket, snaps on straight", "phones on the move", Colours, ["Headphones", "Computing"]),
            new("Gaming", 0.8, 44, 0.6, "game controller, strategy game, racing game, puzzle game, console stand, adventure game, gaming mouse", "co-op, retro, wireless, open-world, limited, cross-platform",
                "is easy to learn and hard to put down, runs smoothly on old machines, plays well with friends, has no drift, rewards patience", "evenings on the sofa", Editions, ["Headphones", "Computing"]),
            new("Cameras", 0.4, 165, 0.8, "compact camera, instant camera, tripod, camera bag, prime lens, action camera, memory card", "mirrorless, weather-sealed, carbon, vintage-style, wide-angle, fast",
                "is sharp to the corners, starts in a second, fits a coat pocket, shoots well in low light, shrugs off spray", "trips worth keeping", Models, ["Camping & Hiking", "Bags"]),
        ]);

    private static DepartmentWords Study => new("Books & Study", "Inkwell Lane, Papermoon, Foolscap, Quarto House, Graphite & Gum, Pagewright",
        "Scholar, Margin, Folio, Draft, Reverie, Compass, Chapter, Vellum, Lantern, Canon",
        [
            new("Notebooks", 0.9, 9, 0.4, "notebook, weekly planner, diary, index cards, ring binder, sketchbook, refill pad", "dotted, ruled, recycled, hardcover, spiral-bound, pocket",
                "lies flat, does not bleed, has numbered pages, closes with elastic, survives a term in a bag", "lectures and plans", Colours, ["Pens & Art", "Textbooks"]),
            new("Pens & Art", 0.8, 11, 0.5, "fountain pen, gel pens, watercolour set, brush pens, colouring pencils, highlighters, acrylic paints", "refillable, quick-dry, pastel, artist-grade, washable, fine-tip",
                "writes at first touch, does not smudge, layers beautifully, comes in a tin, suits left-handers", "notes and sketches", Packs, ["Notebooks", "Desk Accessories"]),
            new("Desk Accessories", 0.6, 21, 0.6, "desk lamp, desk tidy, pencil case, monitor riser, paper tray, desk mat, calculator", "cork, felt, bamboo, steel mesh, leather-look, foldable",
                "clears the clutter, stands firm, hides the cables, saves your neck, looks calm", "working from home", Colours, ["Computing", "Notebooks"]),
            new("Novels", 1.2, 10, 0.3, "crime novel, love story, historical novel, space saga, family saga, ghost story, travel memoir", "gripping, tender, prize-listed, funny, slow-burning, translated",
                "cannot be put down, has a twist you will not see, stays with you, reads in one weekend, is full of real people", "trains and armchairs", Editions, ["Candles & Scents", "Coffee & Tea"]),
            new("Textbooks", 0.6, 38, 0.5, "statistics primer, language course, revision guide, chemistry handbook, economics reader, grammar workbook, coding course", "annotated, concise, exam-ready, step-by-step, updated, worked-example",
                "explains before it proves, has answers at the back, covers the whole syllabus, is clear to the last page, saved my term", "exams", Editions, ["Notebooks", "Pens & Art"]),
        ]);

    private static DepartmentWords Celebrations => new("Celebrations", "Confetti Works, Bow & Berry, Merryweather, Tinsel Lane, Glad Rags, Candlewick",
        "Jubilee, Sparkle, Carnival, Frost, Gala, Holly, Moonlight, Hurrah, Garland, Sugarplum",
        [
            new("Party Supplies", 0.7, 12, 0.5, "bunting, balloon kit, paper plates, cake toppers, photo props, party bags, streamers", "biodegradable, metallic, pastel, personalised, reusable, paper",
                "sets up in ten minutes, looks good in photos, serves twelve, folds away for next year, leaves no glitter", "birthdays", Packs, ["Gift Wrap & Cards", "Toys"]),
            new("Gift Wrap & Cards", 0.9, 6, 0.4, "wrapping paper, greeting cards, gift bags, ribbon, thank-you cards, gift tags, tissue paper", "recyclable, letterpress, kraft, foil, hand-drawn, striped",
                "folds without tearing, comes with envelopes, feels like real paper, suits any occasion, makes the gift", "giving", Packs, ["Candles & Scents", "Jewellery"], Consumable: true),
            new("Christmas Decorations", 0.6, 17, 0.6, "bauble set, wreath, tree lights, stocking, advent calendar, tree topper, garland", "glass, felt, wooden, hand-painted, frosted, velvet",
                "comes out every year, hangs from any branch, glows warm white, stores in its own box, looks handmade", "the tree and the mantel", Sizes, ["Gift Wrap & Cards", "Candles & Scents"]),
            new("Costumes & Halloween", 0.4, 20, 0.5, "witch hat, pumpkin lantern, skeleton costume, face paint, cape, cobweb garland, mask", "glow-in-the-dark, velvet, papier-mache, child-safe, reusable, hooded",
                "scares the neighbours, fits over a coat, washes off easily, lights up at dusk, lasts more than one night", "a good fright", Sizes, ["Party Supplies", "Toys"]),
        ]);
}
